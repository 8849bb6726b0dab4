import ArgumentParser

/// What the demo tells the orchestrator that it runs as a process of its own. Nobody else says this.
struct LifeOptions: ParsableArguments {
    @Option(help: "Which process of the orchestrator this is: 1, 2.")
    var life: Int?

    @Option(help: "Where stock listens.")
    var stockURL: String?

    @Option(help: "Where payment listens.")
    var paymentURL: String?

    @Option(help: "Where shipping listens.")
    var shippingURL: String?

    /// nil unless this process is a life.
    var place: (life: Int, participants: ParticipantURLs)? {
        guard let life, let stockURL, let paymentURL, let shippingURL else { return nil }
        return (life, ParticipantURLs(stock: stockURL, payment: paymentURL, shipping: shippingURL))
    }

    static func arguments(life: Int, _ participants: ParticipantURLs, _ options: DemoOptions) -> [String] {
        var arguments = [
            "--life", "\(life)", "--stock-url", participants.stock, "--payment-url", participants.payment,
            "--shipping-url", participants.shipping, "--orders", "\(options.orders)", "--seed", "\(options.seed)",
            "--concurrency", "\(options.concurrency)", "--out", options.out,
        ]
        if let rate = options.rate { arguments += ["--rate", "\(rate)"] }
        if let port = options.metricsPort { arguments += ["--metrics-port", "\(port)"] }
        return arguments
    }
}
