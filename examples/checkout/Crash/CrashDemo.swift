import SagaLog
import Sagascope
import ServiceLifecycle
import UnixSignals

/// The demo with an orchestrator that is killed: the participants live on in this process, the orchestrator is another one.
struct CrashDemo {
    let options: DemoOptions

    func run() async throws {
        let folder = OutputFolder(path: options.out)
        let sagascope = try Demo.bootstrap(options, traces: folder.traces) { configuration in
            configuration.serviceName = "checkout-participants"
            // The port that was asked for is the orchestrator's.
            configuration.admin.port = 0
        }
        try folder.prepare()
        let participants = try Participants(options: options, folder: folder)
        let conductor = CrashConductor(
            options: options, participants: participants,
            report: CrashReport(options: options, folder: folder, participants: participants, sagascope: sagascope))
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = [.init(service: sagascope)]
        services += participants.services.map {
            .init(service: $0, failureTerminationBehavior: .gracefullyShutdownGroup)
        }
        services.append(
            .init(
                service: conductor, successTerminationBehavior: .gracefullyShutdownGroup,
                failureTerminationBehavior: .gracefullyShutdownGroup))
        try await ServiceGroup(
            configuration: .init(services: services, gracefulShutdownSignals: [.sigint, .sigterm], logger: .ofDemo)
        ).run()
    }
}
