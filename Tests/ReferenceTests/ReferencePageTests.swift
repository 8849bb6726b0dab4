import Foundation
import SagaTelemetry
import Sagascope
import Testing

@testable import sagascope_reference

/// The generated pages and what they are made from.
struct ReferencePageTests {
    @Test(arguments: Main.pages.keys.sorted()) func thePageIsWhatTheCodeSays(name: String) throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../docs/\(name)").standardized
        let written = try String(contentsOf: path, encoding: .utf8).components(separatedBy: "\n")
        let expected = try #require(Main.pages[name]).components(separatedBy: "\n")
        let same = zip(written, expected).prefix { $0 == $1 }.count
        #expect(written == expected, "docs/\(name) is out of date from line \(same + 1) on: run `make docs`")
    }

    @Test func everyEventOfTheCatalogueHasItsText() {
        #expect(EventReference.all.map(\.name) == EventCatalogue.all)
    }

    @Test func everyAttributeIsExplainedOnce() {
        let explained = AttributeReference.all.map(\.key)
        let used =
            MetricCatalogue.all.flatMap(\.attributes) + EventReference.all.flatMap(\.attributes)
            + SpanReference.all.flatMap(\.attributes) + ["saga.link.type"]
        #expect(Set(explained) == Set(used))
        #expect(Set(explained).count == explained.count)
    }

    @Test func everyMetricHasAPrometheusName() {
        let names = MetricCatalogue.all.map { PrometheusFamily($0).name }
        #expect(Set(names).count == names.count && !names.contains(""))
    }

    /// Whatever the specification names is read, or the page says why not.
    @Test func everyVariableOfTheSpecificationHasItsPlace() {
        let unread = UnreadVariables.groups.flatMap(\.names)
        let read = Setting.all.map(\.name).filter { $0.hasPrefix("OTEL_") }
        #expect(Set(unread).isDisjoint(with: read))
        #expect(Set(unread).union(read) == Set(SpecificationVariables.all))
        #expect(Set(SpecificationVariables.all).count == SpecificationVariables.all.count)
    }
}
