import SagaTelemetry

/// The samplers that `OTEL_TRACES_SAMPLER` names; the share of two of them stands in `OTEL_TRACES_SAMPLER_ARG`.
enum SamplerName: String, Sendable, CaseIterable {
    case alwaysOn = "always_on"
    case alwaysOff = "always_off"
    case ratio = "traceidratio"
    case parentBasedAlwaysOn = "parentbased_always_on"
    case parentBasedAlwaysOff = "parentbased_always_off"
    case parentBasedRatio = "parentbased_traceidratio"

    /// - Parameter share: of traces, for samplers that take one.
    func sampler(share: Double) -> Sampler {
        switch self {
        case .alwaysOn: .alwaysOn
        case .alwaysOff: .alwaysOff
        case .ratio: .traceIDRatio(share)
        case .parentBasedAlwaysOn: .parentBased(root: .alwaysOn)
        case .parentBasedAlwaysOff: .parentBased(root: .alwaysOff)
        case .parentBasedRatio: .parentBased(root: .traceIDRatio(share))
        }
    }
}

extension SettingForm<Double> {
    static let share = SettingForm(
        allowed: "a number from 0 to 1",
        parse: { Double($0).flatMap { (0...1).contains($0) ? $0 : nil } }, text: { String($0) })
}

extension SettingForm<Int> {
    static let limit = whole("a whole number, 0 to 65535", 0...65535)
}

extension SettingForm<[Propagator]> {
    /// Each once, in the order given; `none` alone for none.
    static let propagators = SettingForm(
        allowed: "none, or of \(Propagator.allCases.map(\.rawValue).joined(separator: ", ")), separated by commas",
        parse: { text in
            if text == "none" { return [] }
            var propagators: [Propagator] = []
            for name in text.split(separator: ",", omittingEmptySubsequences: false) {
                guard let propagator = Propagator(rawValue: String(name.trimmingBlanks())) else { return nil }
                if !propagators.contains(propagator) { propagators.append(propagator) }
            }
            return propagators
        },
        text: { $0.isEmpty ? "none" : $0.map(\.rawValue).joined(separator: ",") })
}
