import ArgumentParser

/// What can be chosen on the command line.
struct DemoOptions: ParsableArguments {
    @Option(help: "How many orders to work through.")
    var orders = 2_000

    @Option(help: "Decides the orders and the faults.")
    var seed: UInt64 = 1

    @Option(help: "What runs the saga: the runtime, or the function written by hand.")
    var engine = EngineChoice.runtime

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

    @Flag(
        help: """
            Kill the orchestrator in mid-run, start it anew, and prove that every order is fully done or fully \
            compensated.
            """)
    var crash = false

    @Flag(help: "Print summary.json to standard output instead of the table.")
    var json = false

    func validate() throws {
        guard orders > 0 else { throw ValidationError("--orders is \(orders): ask for at least one order.") }
        guard concurrency > 0 else { throw ValidationError("--concurrency is \(concurrency): allow at least one.") }
        if crash, engine == .handwritten {
            throw ValidationError(
                "--crash needs the runtime: what is written by hand does not go on. Leave --engine away.")
        }
        if crash, hold {
            throw ValidationError(
                "--hold does not go with --crash: the orchestrator has ended. Leave one of them away.")
        }
        if let rate, !(rate > 0 && rate.isFinite) {
            throw ValidationError("--rate is \(rate): give a number of orders a second above 0.")
        }
        for (name, port) in [
            ("metrics", metricsPort ?? 0), ("stock", stockPort), ("payment", paymentPort), ("shipping", shippingPort),
        ] where !(0...65_535).contains(port) {
            throw ValidationError("--\(name)-port is \(port): give a port from 1 to 65535, or 0 for any free one.")
        }
    }
}

extension EngineChoice: ExpressibleByArgument {}
