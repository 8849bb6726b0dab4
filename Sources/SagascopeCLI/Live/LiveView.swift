import ArgumentParser
import TaskInspection

typealias TaskDumpResult = Result<TaskDump, CommandFailure>

/// The live view: looks again and again, draws, and does what the keys say.
struct LiveView {
    let source: any DumpSource
    let selection: TaskSelection
    let interval: Duration

    /// Events that wait to be drawn. More than that means that nothing is drawn at all.
    private static let waitingEvents = 1_024

    /// - Throws: ``CommandFailure`` when the first look fails; `ExitCode` when a signal ends it.
    func run() async throws {
        // On the plain screen, where a failure stays to be read.
        var state = ViewState(place: source.name, interval: interval, selection: selection)
        state.show(try await source.dump())
        let (events, feed) = AsyncStream.makeStream(
            of: LiveEvent.self, bufferingPolicy: .bufferingOldest(Self.waitingEvents))
        var terminal = try Terminal()
        defer { terminal.leave() }
        try TerminalInput.start { feed.yield($0) }
        let looking = Task {
            while true {
                try await Task.sleep(for: interval)
                feed.yield(.dump(await look()))
            }
        }
        defer { looking.cancel() }
        guard draw(&state, terminal) else { return }
        for await event in events {
            switch event {
            case .key(let key):
                guard state.press(key, page: Screen(state, terminal.size).page) else { return }
            case .dump(.success(let dump)): state.show(dump)
            case .dump(.failure(let failure)): state.show(failure)
            case .resized: break
            case .resumed: terminal.enter()
            case .ended(let signal): throw ExitCode(128 + signal)
            case .hungUp: return
            }
            guard draw(&state, terminal) else { return }
        }
    }

    private func look() async -> TaskDumpResult {
        do {
            return .success(try await source.dump())
        } catch {
            return .failure(error)
        }
    }

    private func draw(_ state: inout ViewState, _ terminal: borrowing Terminal) -> Bool {
        let size = terminal.size
        let screen = Screen(state, size)
        state.scroll(page: screen.page)
        state.limitDetail(lines: TaskDetail(state).lines.count, page: screen.page)
        return terminal.draw(Screen(state, size).lines)
    }
}
