import Foundation
import SagaTelemetry
import Sagascope
import Testing

@testable import sagascope_reference

/// docs/reference.md and what it is made from.
struct ReferencePageTests {
    @Test func thePageIsWhatTheCodeSays() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../docs/reference.md").standardized
        let written = try String(contentsOf: path, encoding: .utf8).components(separatedBy: "\n")
        let expected = ReferencePage.text.components(separatedBy: "\n")
        let same = zip(written, expected).prefix { $0 == $1 }.count
        #expect(written == expected, "docs/reference.md is out of date from line \(same + 1) on: run `make docs`")
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

    @Test func noUnreadVariableIsASetting() {
        let unread = UnreadVariables.groups.flatMap(\.names)
        #expect(unread.contains("OTEL_EXPORTER_OTLP_LOGS_CERTIFICATE") && !unread.contains { $0.contains("{") })
        #expect(Set(unread).isDisjoint(with: Setting.all.map(\.name)))
    }
}
