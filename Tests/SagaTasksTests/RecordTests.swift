import SagaTelemetry
import Testing

struct RecordTests {
    /// It lies in a task's record as it is.
    @Test func aTraceContextIsFourWords() {
        #expect(MemoryLayout<TraceContext>.size <= 32 && MemoryLayout<TraceContext>.alignment <= 8)
    }
}
