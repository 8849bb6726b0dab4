import SagaTelemetry
import Sagascope

/// The page about settings.
enum ConfigurationPage {
    static let text = sections.joined(separator: "\n\n") + "\n"

    private static let sections = [introduction, file, providers, openTelemetry, sagascope, unread]

    private static let introduction = """
        # Configuration

        Version \(sagascopeVersion). Written by `make docs` from the lists in the code; edit those, not this page.

        `Sagascope.bootstrap()` reads each setting once, from the first place that has it:

        1. the environment
        2. the file that `SAGASCOPE_CONFIG_FILE` names
        3. the swift-configuration providers that `bootstrap(providers:)` was given
        4. the default

        What the closure of `bootstrap` then sets holds, whatever was read. An empty variable counts as unset.

        A value that cannot be used, an unknown variable that begins with `SAGASCOPE_` and an unknown key of the file are \
        errors. All of them are told at once, each with its name, its value, where it stands and what is allowed:

        ```
        2 settings cannot be used:
        - sagascope.adminProt (sagascope.json): is no setting of Sagascope; did you mean sagascope.adminPort?
        - OTEL_BSP_SCHEDULE_DELAY=5s (environment): expected a whole number of milliseconds, 1 or more
        ```

        The OpenTelemetry specification would have a wrong value logged and ignored; then nobody notices a typing mistake. \
        With `OTEL_SDK_DISABLED=true` nothing else is read: a program that has switched telemetry off is not stopped by a \
        setting of it. Values of headers and tokens never stand in an error or a log.
        """

    private static let file = """
        ## The file

        JSON, one object inside another for each part of a key:

        ```json
        {
          "otel": {
            "service": { "name": "checkout" },
            "exporter": { "otlp": { "endpoint": "http://collector:4318", "headers": { "api-key": "…" } } },
            "bsp": { "scheduleDelay": 1000 }
          },
          "sagascope": { "adminPort": 9465, "taskTracking": true }
        }
        ```

        The key follows from the variable and the other way round: `OTEL_BSP_SCHEDULE_DELAY` is `otel.bsp.scheduleDelay`. \
        Numbers and booleans may also stand as text, pairs as an object or as text, lists as a list or as text, and null \
        sets nothing. A file that is missing or is no JSON is an error that names its path.

        OpenTelemetry's `OTEL_CONFIG_FILE` is something else: a YAML file in a model of its own, which stands in place of \
        all variables. This one lies beneath them.
        """

    private static let providers = """
        ## Other places

        Whatever [swift-configuration](https://github.com/apple/swift-configuration) reads can hold settings: a YAML file, a \
        folder of secrets, the program's own command line.

        ```swift
        let yaml = try await FileProvider<YAMLSnapshot>(filePath: "/etc/checkout.yaml")  // its trait YAML
        let sagascope = try Sagascope.bootstrap(providers: [yaml])
        ```

        It is asked for the keys below. Unknown keys pass unseen there: a provider does not tell which it has, and the rest \
        of such a file is the program's own.
        """

    private static let openTelemetry = """
        ## OpenTelemetry's settings

        \(table(of: Setting.all.filter { $0.name.hasPrefix("OTEL_") }))

        Once an endpoint is set, signals without one of their own go to `http://localhost:4318`.
        """

    private static let sagascope = """
        ## Sagascope's settings

        \(table(of: Setting.all.filter { !$0.name.hasPrefix("OTEL_") }))
        """

    private static let unread = """
        ## Not read

        These variables of the OpenTelemetry specification have no effect. The log tells of each one that is set.

        \(Markdown.table(
            ["Variables", "What holds instead"], UnreadVariables.groups.map { [Markdown.codes($0.patterns), $0.instead] }))
        """

    private static func table(of settings: [Setting]) -> String {
        Markdown.table(
            ["Variable<br>key in a file", "Default", "Value", "Meaning"],
            settings.map {
                [
                    "\(Markdown.code($0.name))<br>\(Markdown.code($0.key))", Markdown.code($0.defaultValue), $0.allowed,
                    $0.meaning,
                ]
            })
    }
}
