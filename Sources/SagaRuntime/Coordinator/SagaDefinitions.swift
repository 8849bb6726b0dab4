/// The sagas that a coordinator knows, each in one or more versions.
struct SagaDefinitions: Sendable {
    private struct Key: Hashable {
        let name: String
        let version: UInt32
    }

    private var known: [Key: SagaBlueprint] = [:]

    var names: Set<String> { Set(known.keys.map(\.name)) }

    init(_ sagas: [any SagaDefinition]) throws(SagaRuntimeError) {
        for saga in sagas {
            let blueprint = saga.blueprint
            let key = Key(name: blueprint.name, version: blueprint.version)
            guard known.updateValue(blueprint, forKey: key) == nil else {
                throw .duplicateSaga(blueprint.name, version: blueprint.version)
            }
        }
    }

    func definition(_ name: String, version: UInt32) throws(SagaRuntimeError) -> SagaBlueprint {
        guard let blueprint = known[Key(name: name, version: version)] else {
            throw .unknownSaga(name, version: version)
        }
        return blueprint
    }
}
