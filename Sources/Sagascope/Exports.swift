// One import for users: the functions that stand around sagas, the model they record into, and the settings of the exporters.
@_exported public import OTLPExporter
@_exported public import PrometheusExporter
@_exported public import SagaInstrumentation
@_exported public import SagaTelemetry
