import SagaTelemetry

/// Which instrument belongs to which family, and which cannot stand on the page. Grows with the registry it mirrors.
///
/// The same for every format; names differ with the escaping, and so may conflicts.
struct FamilyRegistry {
    private let escaping: NameEscaping
    private(set) var conflicts: [NameConflict] = []
    /// By instrument number.
    private var memberships: [Membership] = []
    private var byName: [String: Family] = [:]
    /// Each sample name's owner, for messages.
    private var sampleOwners: [String: String]
    /// Sorted by sample name.
    private(set) var families: [Family] = []

    private enum Membership {
        case unknown
        case member(MetricDescriptor, isExponential: Bool)
        case excluded(MetricDescriptor)
    }

    init(escaping: NameEscaping) {
        self.escaping = escaping
        let target = TargetInfo.sampleName(escaping)
        sampleOwners = [target: target]
    }

    /// Whether the instruments of `snapshot` are those known by their numbers.
    func agrees(with snapshot: MetricsSnapshot) -> Bool {
        snapshot.metrics.allSatisfy { metric in
            guard memberships.indices.contains(metric.instrument) else { return true }
            return switch memberships[metric.instrument] {
            case .unknown: true
            case .member(let known, let isExponential):
                known == metric.descriptor && isExponential == metric.points.isExponential
            case .excluded(let known): known == metric.descriptor
            }
        }
    }

    /// Finds the metric's family, or founds it.
    /// - Returns: false for a metric that cannot stand on the page.
    mutating func admit(_ metric: MetricSnapshot) -> Bool {
        let number = metric.instrument
        if number >= memberships.count {
            memberships += repeatElement(.unknown, count: number + 1 - memberships.count)
        }
        switch memberships[number] {
        case .member: return true
        case .excluded: return false
        case .unknown: break
        }
        do {
            try family(of: metric.descriptor).instruments.append(number)
            memberships[number] = .member(metric.descriptor, isExponential: metric.points.isExponential)
            return true
        } catch {
            conflicts.append(NameConflict(metric: metric.descriptor.name, reason: error.reason))
            memberships[number] = .excluded(metric.descriptor)
            return false
        }
    }

    private struct Exclusion: Error {
        let reason: NameConflict.Reason
    }

    /// The family that has the metric's name, founded if there is none. The metric that comes first decides the type.
    private mutating func family(of descriptor: MetricDescriptor) throws(Exclusion) -> Family {
        guard let name = PrometheusName.family(descriptor, escaping) else { throw Exclusion(reason: .unnameable) }
        let bounds = descriptor.bounds
        guard bounds.allSatisfy(\.isFinite), zip(bounds, bounds.dropFirst()).allSatisfy({ $0 < $1 })
        else { throw Exclusion(reason: .invalidBounds) }

        let kind = Family.Kind(descriptor.kind)
        if let family = byName[name.name] {
            guard family.kind == kind else { throw Exclusion(reason: .typeDiffers(from: family.founder)) }
            return family
        }
        let family = Family(name: name, kind: kind, descriptor: descriptor)
        for sample in family.sampleNames {
            if let owner = sampleOwners[sample] { throw Exclusion(reason: .sampleNameTaken(by: owner)) }
        }
        for sample in family.sampleNames { sampleOwners[sample] = descriptor.name }
        byName[name.name] = family
        families.insert(family, at: families.firstIndex { family.sampleName < $0.sampleName } ?? families.endIndex)
        return family
    }
}

extension MetricSnapshot.Points {
    var isExponential: Bool {
        if case .exponential = self { return true }
        return false
    }
}
