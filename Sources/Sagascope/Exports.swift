// One import for users: the functions that stand around sagas, the model they record into, the settings of the exporters, and
// the runtime with its log.
@_exported public import OTLPExporter
@_exported public import PrometheusExporter
@_exported public import SagaInstrumentation
@_exported public import SagaLog
@_exported public import SagaRuntime
@_exported public import SagaTelemetry
