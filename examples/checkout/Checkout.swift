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

            With --crash the orchestrator is a process of its own. It is killed with SIGKILL when half of the orders have \
            begun, and started anew on the same log; the databases are asked what became of every order. Its spans are in \
            life-1.jsonl and life-2.jsonl.

            EXAMPLES
              2,000 orders, as fast as they go:
                checkout
              Fewer orders, and other ones:
                checkout --orders 200 --seed 7
              50 orders a second, then serve /metrics until ^C:
                checkout --rate 50 --hold
              Kill the orchestrator in mid-run, and see it go on:
                checkout --orders 300 --crash
              Push to a collector instead of writing otlp.jsonl:
                OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 checkout

            EXIT STATUS
              0   databases, log and metrics agree with every run
              1   they disagree, or the run broke
              64  the arguments or the environment cannot work: the message says which
            """
    )

    @OptionGroup var options: DemoOptions
    @OptionGroup(visibility: .hidden) var lifeOptions: LifeOptions

    /// Says what cannot work, without the usage that a mistyped option gets.
    private static func unusable(_ error: any Error) -> ExitCode {
        Console.progress("Error: \(error)\n")
        return .validationFailure
    }

    func run() async throws {
        do {
            if let (life, participants) = lifeOptions.place {
                try await LifeDemo(options: options, life: life, participants: participants).run()
            } else if options.crash {
                try await CrashDemo(options: options).run()
            } else {
                try await Demo(options: options).run()
            }
        } catch let error as DemoError where error.isUsage {
            throw Self.unusable(error)
        } catch let error as ConfigurationError {
            throw Self.unusable(error)
        }
    }
}
