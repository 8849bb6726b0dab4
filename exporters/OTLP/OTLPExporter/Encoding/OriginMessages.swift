import COTLP
import ProtobufArena
import SagaTelemetry

/// Where telemetry comes from, as `Resource` and `InstrumentationScope` messages.
extension MessageArena {
    func resource(_ resource: Resource) -> UnsafeMutablePointer<Otlp__Resource> {
        let message = message(otlp__resource__init)
        message.pointee.n_attributes = resource.attributes.pairs.count
        message.pointee.attributes = attributes(resource.attributes)
        return message
    }

    func scope(_ scope: InstrumentationScope) -> UnsafeMutablePointer<Otlp__InstrumentationScope> {
        let message = message(otlp__instrumentation_scope__init)
        message.pointee.name = string(scope.name)
        message.pointee.version = string(scope.version)
        return message
    }
}
