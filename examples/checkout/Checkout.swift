import ArgumentParser
import Sagascope

/// The command line of the demo.
@main
struct Checkout: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkout",
        abstract: "Runs a shop's checkout as a saga over HTTP, lets parts of it fail, and shows what Sagascope saw.",
        discussion: """
            Three participants (stock, payment, shipping) listen on loopback, each with a SQLite file of its own. An \
            orchestrator works through the orders: it reserves the pieces, charges the card while it books the parcel, \
            confirms, and tells the customer. Some cards are declined, some items are sold out, some answers are late, \
            lost or 503: steps are retried, and what cannot be completed is undone. The same seed makes the same \
            orders and the same faults.

            In the end the databases and the metrics are compared with what the orchestrator believes, and the run \
            leaves in the output folder:

              otlp.jsonl     every span and event, and the metrics, one OTLP request a line
              metrics.prom   the Prometheus page as a scrape would have got it
              summary.json   the figures of the table

            EXAMPLES
              2,000 orders, as fast as they go:
                checkout
              Fewer orders, and other ones:
                checkout --orders 200 --seed 7
              50 orders a second, then serve /metrics until ^C:
                checkout --rate 50 --hold
              Push to a collector instead of writing otlp.jsonl:
                OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 checkout

            EXIT STATUS
              0   databases and metrics agree with every run
              1   they disagree, or the run broke
              64  the arguments or the environment cannot work: the message says which
            """
    )

    @Option(help: "How many orders to work through.")
    var orders = 2_000

    @Option(help: "Decides the orders and the faults.")
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("Begin at most this many orders a second (default: no limit).", valueName: "per-second"))
    var rate: Double?

    @Option(help: "How many orders may be under way at once.")
    var concurrency = 32

    @Option(help: ArgumentHelp("The folder for databases and results.", valueName: "folder"))
    var out = ".demo"

    @Option(help: ArgumentHelp("Where to serve /metrics; 0 takes any free port (default: 9464).", valueName: "port"))
    var metricsPort: Int?

    @Option(help: ArgumentHelp("Where stock listens; 0 takes any free port.", valueName: "port"))
    var stockPort = 0

    @Option(help: ArgumentHelp("Where payment listens; 0 takes any free port.", valueName: "port"))
    var paymentPort = 0

    @Option(help: ArgumentHelp("Where shipping listens; 0 takes any free port.", valueName: "port"))
    var shippingPort = 0

    @Flag(help: "Keep serving /metrics after the last order, until SIGINT or SIGTERM.")
    var hold = false

    @Flag(help: "Print summary.json to standard output instead of the table.")
    var json = false

    func validate() throws {
        guard orders > 0 else { throw ValidationError("--orders is \(orders): ask for at least one order.") }
        guard concurrency > 0 else { throw ValidationError("--concurrency is \(concurrency): allow at least one.") }
        if let rate, !(rate > 0 && rate.isFinite) {
            throw ValidationError("--rate is \(rate): give a number of orders a second above 0.")
        }
        for (name, port) in [
            ("metrics", metricsPort ?? 0), ("stock", stockPort), ("payment", paymentPort), ("shipping", shippingPort),
        ] where !(0...65_535).contains(port) {
            throw ValidationError("--\(name)-port is \(port): give a port from 1 to 65535, or 0 for any free one.")
        }
    }

    /// Says what cannot work, without the usage that a mistyped option gets.
    private static func unusable(_ error: any Error) -> ExitCode {
        Console.progress("Error: \(error)\n")
        return .validationFailure
    }

    func run() async throws {
        do {
            try await Demo(options: self).run()
        } catch let error as DemoError where error.isUsage {
            throw Self.unusable(error)
        } catch let error as ConfigurationError {
            throw Self.unusable(error)
        }
    }
}
