internal import CSagascopeAgent
// CSagascope calls libdispatch, which is linked for who imports it.
internal import Dispatch
internal import TaskInspection

/// Observes every task of an unmodified program, and writes a dump of them at SIGUSR2:
///
/// ```
/// LD_PRELOAD=/path/to/libSagascopeAgent.so ./program &
/// sagascope tasks --pid $!
/// ```
/// Called when the library has been loaded, before `main` and before any task. The runtime's own libraries have been
/// initialized by then, since ours needs them.
@_cdecl("sgs_agent_start")
public func startAgent() {
    guard TaskTiers.turnOn() else {
        let reasons = TaskTiers.all.filter { $0.tier != .executor }.compactMap(\.reason)
        sgs_agent_tell("this Swift runtime is not known (\(reasons.joined(separator: ", ")))")
        return
    }
    do {
        try TaskDumpSignal.install()
    } catch {
        TaskTiers.turnOff()
        sgs_agent_tell("\(error)")
    }
}
