internal import CSagascope
import Synchronization

/// Who has which lease. Each change is a record, so that a restart knows of it.
final class LeaseTable: Sendable {
    private let leases = Mutex<[String: LogLease]>([:])

    /// What a record of a lease has as payload.
    struct Entry: Sendable, Hashable {
        var owner: String
        /// Unix ns; 0 for one that was given back.
        var expires: UInt64

        /// 8 bytes, little-endian, then the owner in UTF-8.
        var payload: [UInt8] { withUnsafeBytes(of: expires.littleEndian) { Array($0) } + Array(owner.utf8) }

        init(owner: String, expires: UInt64) {
            self.owner = owner
            self.expires = expires
        }

        init?(payload: [UInt8]) {
            guard payload.count >= 8 else { return nil }
            expires = payload.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
            owner = String(decoding: payload[8...], as: UTF8.self)
        }
    }

    /// What a record says, when the log is opened.
    func restore(_ record: LogRecord) {
        guard let entry = Entry(payload: record.entry.payload) else { return }
        set(record.entry.name, entry, token: record.lsn)
    }

    /// Claims the name, so that nobody else gets it while that is written.
    /// - Returns: the entry to be written and the lease before it; nil while the lease is somebody else's.
    func claim(
        _ name: String, owner: String, for duration: Duration, now: UInt64
    ) -> (entry: Entry, before: LogLease?)? {
        leases.withLock { leases in
            let holder = leases[name]
            if let holder, holder.owner != owner, holder.expires > now { return nil }
            let entry = Entry(owner: owner, expires: now &+ UInt64(max(1, duration / .nanoseconds(1))))
            let isRenewal = holder?.owner == owner
            leases[name] = LogLease(
                name: name, owner: owner, token: isRenewal ? holder?.token ?? .none : .none, expires: entry.expires)
            return (entry, holder)
        }
    }

    /// The claim was not written.
    func withdraw(_ name: String, _ before: LogLease?) { leases.withLock { $0[name] = before } }

    /// A record says so.
    @discardableResult func set(_ name: String, _ entry: Entry, token: LSN) -> LogLease? {
        leases.withLock { leases in
            guard entry.expires > 0 else {
                leases[name] = nil
                return nil
            }
            // The token of an owner stays what it was, so that a renewal does not fence its own work.
            let held = leases[name].flatMap { $0.owner == entry.owner && $0.token > .none ? $0.token : nil }
            let lease = LogLease(name: name, owner: entry.owner, token: held ?? token, expires: entry.expires)
            leases[name] = lease
            return lease
        }
    }

    /// Whether it is still this one.
    func isHeld(_ lease: LogLease) -> Bool {
        leases.withLock { $0[lease.name].map { $0.owner == lease.owner && $0.token == lease.token } ?? false }
    }
}
