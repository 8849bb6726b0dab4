internal import CSagascope
import Glibc

/// A thread of the log's own.
final class LogThread: Sendable {
    private let thread: pthread_t

    private final class Body: Sendable {
        let name: String
        let run: @Sendable () -> Void

        init(_ name: String, _ run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }

    /// - Parameter name: at most 15 characters.
    init(_ name: String, _ run: @escaping @Sendable () -> Void) throws(SagaLogError) {
        let body = Unmanaged.passRetained(Body(name, run))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { argument in
                let body = Unmanaged<Body>.fromOpaque(argument!).takeRetainedValue()
                sgs_name_thread(body.name)
                body.run()
                return nil
            }, body.toOpaque())
        guard code == 0 else {
            body.release()
            throw .file(operation: "start a thread for", path: name, code: code)
        }
        self.thread = thread
    }

    func join() { pthread_join(thread, nil) }

    static var current: UInt64 { UInt64(pthread_self()) }
}
