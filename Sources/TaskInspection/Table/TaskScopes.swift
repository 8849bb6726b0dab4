import Synchronization

/// Pairs of saga and step, by the numbers that stand for them in the tasks' records. They are never forgotten, so there is a
/// limit, and one pair for all beyond it.
public enum TaskScopes {
    public struct Scope: Sendable, Hashable {
        public let saga: String
        public let step: String?

        public init(saga: String, step: String?) {
            self.saga = saga
            self.step = step
        }
    }

    private static let scopes = Mutex<[Scope]>([])

    /// - Returns: a new number, from 1.
    public static func add(_ scope: Scope) -> UInt32 {
        scopes.withLock { scopes in
            scopes.append(scope)
            return UInt32(scopes.count)
        }
    }

    /// The scope of number n is at n - 1.
    public static var all: [Scope] { scopes.withLock { $0 } }
}
