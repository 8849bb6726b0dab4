import Foundation
import TaskInspection
import Testing

struct JSONTests {
    /// The writer is by hand, for speed: a member that it forgets shows here.
    @Test func isWhatTheEncoderWrites() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let expected = try encoder.encode(Samples.full) + Data("\n".utf8)
        #expect(String(decoding: TaskDumpFormat.json.render(Samples.full), as: UTF8.self) == expected.text)
    }

    /// Else the test above would not see a new member.
    @Test func theSampleSetsEveryMember() {
        let task = Samples.full.tasks[0]
        let frame = Samples.charge[1]
        let values: [Any] = [
            Samples.full, Samples.full.failure as Any, task, task.saga as Any, task.waitsFor as Any, frame,
            Samples.full.tiers[1],
        ]
        for value in values {
            let members = Mirror(reflecting: value).children.flatMap { child in
                child.label == "some" ? Array(Mirror(reflecting: child.value).children) : [child]
            }
            for member in members {
                #expect("\(member.value)" != "nil", "\(type(of: value)).\(member.label ?? "")")
            }
        }
    }

    @Test(arguments: ["", "\"quoted\" \\ /", "line\nfeed\ttab\r\u{0}\u{1}\u{1F}\u{7F}", "größer 会 \u{1F600}"])
    func anyTextReadsBack(text: String) throws {
        var dump = Samples.full
        dump.tasks[0].name = text
        let data = Data(TaskDumpFormat.json.render(dump))
        #expect(try JSONDecoder().decode(TaskDump.self, from: data) == dump)
        #expect(data.count { $0 == UInt8(ascii: "\n") } == 1)
    }

    @Test func theGreatestNumbersReadBack() throws {
        var dump = Samples.full
        dump.tasks[0].id = .max
        dump.process.id = .min
        let data = Data(TaskDumpFormat.json.render(dump))
        #expect(try JSONDecoder().decode(TaskDump.self, from: data) == dump)
    }
}

extension Data {
    fileprivate var text: String { String(decoding: self, as: UTF8.self) }
}
