public import Configuration
import Logging
import OTLPExporter
import SagaInstrumentation
import SagaTasks
import SagaTelemetry
import Synchronization
import TaskInspection

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Where a program turns Sagascope on.
///
/// ```swift
/// let sagascope = try Sagascope.bootstrap()
/// let group = ServiceGroup(
///     services: [sagascope, myService], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
/// try await group.run()
/// ```
public enum Sagascope {
    private static let isBootstrapped = Mutex(false)

    /// Reads the settings, begins to record and to export, and installs ``Backends``.
    ///
    /// - Parameters:
    ///   - environment: the process's own by default; it goes before everything else that is read.
    ///   - providers: of swift-configuration, asked for what neither the environment nor the settings file says.
    ///   - configure: changes what was read; what it sets holds.
    /// - Returns: a service for a `ServiceGroup`. A program without one calls ``SagascopeService/shutdown(timeout:)``
    ///   before it exits.
    /// - Throws: ``ConfigurationError`` naming each setting that is wrong; ``BootstrapError`` on a second call;
    ///   `TracingOptionsError` for a sampler or limit of the closure that cannot be meant, `MetricOptionsError` for a view
    ///   or limit of it; the exporter's own error for an endpoint or a path that cannot work.
    public static func bootstrap(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        providers: [any ConfigProvider] = [],
        configure: (inout SagascopeConfiguration) -> Void = { _ in }
    ) throws -> SagascopeService {
        var configuration = try SagascopeConfiguration(environment: environment, providers: providers)
        configure(&configuration)
        try configuration.tracing.validate()
        try configuration.metrics.validate()
        warnOfUnread(in: environment)
        let exporter = try exporter(for: configuration)
        try isBootstrapped.withLock { isBootstrapped in
            guard !isBootstrapped else { throw BootstrapError.alreadyBootstrapped }
            isBootstrapped = true
        }
        TracingOptions.current = configuration.tracing
        MetricRegistry.shared.configure(configuration.metrics)
        configuration.backends.install(seriesLimit: configuration.metrics.cardinalityLimit)
        guard !configuration.isDisabled else { return SagascopeService(configuration, exporter: nil) }
        TaskTracking.thresholds = configuration.warnings
        TaskTracking.orphanPolicy = configuration.orphans
        if configuration.taskTracking { track(configuration) }
        if configuration.dumpSignal.isEnabled { answerDumpSignal(configuration.dumpSignal.directory) }
        TaskTracking.blockedThreshold = configuration.blockedThreshold.wholeNanoseconds
        return SagascopeService(configuration, exporter: exporter)
    }

    private static func track(_ configuration: SagascopeConfiguration) {
        TaskTracking.turnOn(configuration.taskMode)
        if let off = TaskTiers.all.first(where: { $0.tier == .layout && !$0.isOn || $0.tier == .hook && !$0.isOn }) {
            Diagnostics.logger.warning(
                """
                tasks outside of sagas, async stacks and what tasks wait for are not seen: \(off.reason ?? "off"). Sagas are \
                tracked by an executor; SAGASCOPE_TASK_TRACKING=off does without
                """)
        }
        FailureFiles.keep(in: configuration.flight.directory)
        guard configuration.flight.isEnabled else { return }
        do {
            try FlightRecorder.shared.start(bytes: configuration.flight.bytes)
        } catch {
            Diagnostics.logger.warning("the flight recorder is off: \(error)")
        }
    }

    private static func exporter(for configuration: SagascopeConfiguration) throws -> (any TelemetryExporter)? {
        let logger = Diagnostics.logger
        switch configuration.export {
        case _ where configuration.isDisabled: return nil
        case .none: return nil
        case .custom(let exporter): return exporter
        case .file(let file):
            var files = OTLPFileConfiguration(tracesPath: file.path, logsPath: file.path, metricsPath: file.path)
            files.maximumBytes = file.maximumBytes
            files.keptFiles = file.keptFiles
            return try OTLPFileExporter(configuration: files, resource: configuration.resource, logger: logger)
        case .http(let http):
            #if OTLPHTTP
            return try OTLPHTTPExporter(configuration: http, resource: configuration.resource, logger: logger)
            #else
            throw ConfigurationError(
                "OTEL_EXPORTER_OTLP_ENDPOINT", source: "settings",
                reason: "this program was built without the package trait OTLPHTTP; unset it, and a file is written")
            #endif
        }
    }

    private static func answerDumpSignal(_ directory: String?) {
        do {
            try TaskDumpSignal.install(
                directory: directory,
                onFailure: { error in
                    Diagnostics.logger.warning("a dump of the tasks was not written: \(error)")
                })
        } catch {
            Diagnostics.logger.warning(
                "SIGUSR2 makes no dump of the tasks: \(error). SAGASCOPE_DUMP_SIGNAL=off does without.")
        }
    }

    private static func warnOfUnread(in environment: [String: String]) {
        for group in UnreadVariables.groups {
            for name in group.names where environment[name]?.isEmpty == false {
                Diagnostics.logger.warning("\(name) is set, but this version does not read it. \(group.instead)")
            }
        }
    }
}

/// ``Sagascope/bootstrap(environment:providers:configure:)`` was called in a state where it cannot work.
public enum BootstrapError: Error, CustomStringConvertible {
    case alreadyBootstrapped

    public var description: String {
        switch self {
        case .alreadyBootstrapped:
            "Sagascope.bootstrap() was called a second time; keep the service that the first call gave"
        }
    }
}
