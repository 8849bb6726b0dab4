/// Tells customers that their order is on its way. Stands for a mail service: it takes a moment, and nobody waits for it.
struct Mailbox: Sendable {
    func send(_ order: Order) async {
        try? await Task.sleep(for: .milliseconds(15))
    }

    /// Asks the customer how it was, a while later.
    func survey(_ order: Order) async {
        try? await Task.sleep(for: .milliseconds(1_200))
    }
}
