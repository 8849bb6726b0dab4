// One import for users: the functions that stand around sagas, and the model they record into.
@_exported public import SagaInstrumentation
@_exported public import SagaTelemetry
