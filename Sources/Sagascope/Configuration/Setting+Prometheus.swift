import PrometheusExporter

extension Setting {
    /// Where the Prometheus page is served, and what it tells.
    static let prometheus = [
        Setting(
            "otel.exporter.prometheus.host", .text, \.configuration.admin.host,
            "Where /metrics is served, unless SAGASCOPE_ADMIN_HOST says it."),
        Setting(
            "otel.exporter.prometheus.port", .port, \.configuration.admin.port,
            "Its port, unless SAGASCOPE_ADMIN_PORT says it."),
        Setting(
            "sagascope.prometheus.created", .onOff, \.configuration.prometheus.createdSamples,
            "OpenMetrics pages say when each counter and histogram began: a _created sample for each."),
        Setting(
            "sagascope.prometheus.utf8.names", .onOff, \.configuration.prometheus.utf8Names,
            "A scraper that asks for UTF-8, as Prometheus 3 does, gets names with dots instead of underscores."),
        Setting(
            "sagascope.prometheus.scopeLabels", .onOff, \.configuration.prometheus.scopeLabels,
            "Every series has the labels otel_scope_name and otel_scope_version."),
    ]
}
