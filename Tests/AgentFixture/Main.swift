/// A program that knows nothing of Sagascope. Its tasks wait for ever.
@main
struct Main {
    static func main() async throws {
        let clerk = Clerk()
        async let waiting: Void = clerk.waitsForever()
        let named = Task(name: "night shift") { try await watches() }
        try await named.value
        await waiting
    }

    static func watches() async throws {
        try await Task.sleep(for: .seconds(100_000))
        print("done")
    }
}

actor Clerk {
    private var kept: [CheckedContinuation<Void, Never>] = []

    func waitsForever() async {
        await withCheckedContinuation { kept.append($0) }
        print("done")
    }
}
