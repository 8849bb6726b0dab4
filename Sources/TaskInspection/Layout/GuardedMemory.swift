internal import CSagascope

/// Memory of this process that may be gone: read so that nothing can fault, many places with one system call.
enum GuardedMemory {
    /// Hands over `bytes` bytes from each address that could be read, with the address's position. Address 0 is none.
    static func read(_ addresses: [UInt64], bytes: Int, _ take: (Int, UnsafePointer<UInt8>) -> Void) {
        let positions = addresses.indices.filter { addresses[$0] != 0 }
        guard !positions.isEmpty else { return }
        withUnsafeTemporaryAllocation(byteCount: bytes * positions.count, alignment: 16) { memory in
            guard let base = memory.baseAddress else { return }
            let reads = positions.enumerated().map { number, position in
                sgs_read(from: addresses[position], to: base + bytes * number, bytes: UInt64(bytes))
            }
            var ok = [UInt8](repeating: 0, count: reads.count)
            sgs_read_all(reads, &ok, UInt64(reads.count))
            for (number, position) in positions.enumerated() where ok[number] != 0 {
                take(position, (base + bytes * number).assumingMemoryBound(to: UInt8.self))
            }
        }
    }

    /// The headers of the tasks whose objects lie there; nil where none does.
    static func readTasks(_ addresses: [UInt64]) -> [sgs_task_header?] {
        var headers = [sgs_task_header?](repeating: nil, count: addresses.count)
        read(addresses, bytes: Int(SGS_TASK_BYTES)) { position, bytes in
            var header = sgs_task_header()
            if sgs_layout_header(bytes, &header) != 0 { headers[position] = header }
        }
        return headers
    }

    static func readWords(_ addresses: [UInt64], count: Int, _ take: (Int, UnsafePointer<UInt64>) -> Void) {
        read(addresses, bytes: 8 * count) { position, bytes in
            bytes.withMemoryRebound(to: UInt64.self, capacity: count) { take(position, $0) }
        }
    }
}
