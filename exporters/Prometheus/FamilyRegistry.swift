import SagaTelemetry

/// Which instrument belongs to which family, and which cannot stand on the page. Grows with the registry it mirrors.
struct FamilyRegistry {
    private(set) var conflicts: [NameConflict] = []
    private var instruments: [Membership] = []
    private var byName: [String: Family] = [:]
    /// Each sample name's owner, for messages.
    private var sampleOwners: [String: String] = [TargetInfo.name: TargetInfo.name]
    /// Sorted by name.
    private(set) var families: [Family] = []

    private enum Membership {
        case unknown
        case member(InstrumentLines)
        case excluded(MetricDescriptor)

        var descriptor: MetricDescriptor? {
            switch self {
            case .unknown: nil
            case .member(let lines): lines.descriptor
            case .excluded(let descriptor): descriptor
            }
        }
    }

    /// Whether the instruments of `snapshot` are those known by their numbers.
    func agrees(with snapshot: MetricsSnapshot) -> Bool {
        snapshot.metrics.allSatisfy { metric in
            guard metric.instrument < instruments.count, let known = instruments[metric.instrument].descriptor
            else { return true }
            return known == metric.descriptor
        }
    }

    /// - Returns: nil for a metric that cannot stand on the page.
    mutating func lines(of metric: MetricSnapshot, scope: InstrumentationScope) -> InstrumentLines? {
        let number = metric.instrument
        if number >= instruments.count {
            instruments += repeatElement(.unknown, count: number + 1 - instruments.count)
        }
        switch instruments[number] {
        case .member(let lines):
            return lines
        case .excluded:
            return nil
        case .unknown:
            do {
                let family = try family(of: metric.descriptor)
                let lines = InstrumentLines(descriptor: metric.descriptor, family: family, scope: scope)
                family.instruments.append(lines)
                instruments[number] = .member(lines)
                return lines
            } catch {
                conflicts.append(NameConflict(metric: metric.descriptor.name, reason: error.reason))
                instruments[number] = .excluded(metric.descriptor)
                return nil
            }
        }
    }

    private struct Exclusion: Error {
        let reason: NameConflict.Reason
    }

    /// The family that has the metric's name, founded if there is none. The metric that comes first decides the type.
    private mutating func family(of descriptor: MetricDescriptor) throws(Exclusion) -> Family {
        guard let name = PrometheusName.metric(descriptor) else { throw Exclusion(reason: .unnameable) }
        let bounds = descriptor.bounds
        guard bounds.allSatisfy(\.isFinite), zip(bounds, bounds.dropFirst()).allSatisfy({ $0 < $1 })
        else { throw Exclusion(reason: .invalidBounds) }

        let kind = Family.Kind(descriptor.kind)
        if let family = byName[name] {
            guard family.kind == kind else { throw Exclusion(reason: .typeDiffers(from: family.founder)) }
            return family
        }
        let family = Family(name: name, kind: kind, help: descriptor.description, founder: descriptor.name)
        for sample in family.sampleNames {
            if let owner = sampleOwners[sample] { throw Exclusion(reason: .sampleNameTaken(by: owner)) }
        }
        for sample in family.sampleNames { sampleOwners[sample] = descriptor.name }
        byName[name] = family
        families.insert(family, at: families.firstIndex { name < $0.name } ?? families.endIndex)
        return family
    }
}
