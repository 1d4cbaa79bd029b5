// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import AlertStore
import Glibc
import HostFiles
import HummingbirdCore

/// How Jaga stands: for people, for probes, for Prometheus.
struct StatusRoutes {
    let context: ServerContext
    /// How many requests are being answered.
    let activeRequests: @Sendable () -> Int

    var routes: [Route] { [status, reload, health, metrics] }

    // MARK: Status

    private static let members =
        "version hostname started_ms now_ms data pid resident_bytes ruleset engine queue spool "
        + "sources log web index archives live"

    private var status: Route {
        let description = Route.Description(
            "How every part stands.",
            .role(.viewer),
            [],
            .json(Self.members)
        )
        return Route(.get, Exchange.base + "/status", description) { exchange in
            let services = context.services
            let report = await services.status()
            let index = try await services.alerts.status()
            let archives = try await services.archives?.status()
            return .json(
                .object { json in
                    json.set("version", services.identity.version)
                    json.set("hostname", services.identity.hostname)
                    json.set("started_ms", services.identity.started)
                    json.set("now_ms", exchange.milliseconds)
                    json.set("data", services.identity.data)
                    json.set("pid", Int(getpid()))
                    json.set("resident_bytes", ResidentMemory.bytes())
                    json.set(report)
                    json.object("index") { $0.set(index) }
                    if let archives {
                        json.object("archives") { $0.set(archives) }
                    } else {
                        json.set("archives", String?.none)
                    }
                    json.object("live") { json in
                        json.set("subscribers", services.live.subscribers)
                        json.set("dropped", services.live.dropped)
                    }
                }
            )
        }
    }

    // MARK: Reload

    private var reload: Route {
        let description = Route.Description(
            "Reads the ruleset again.",
            .role(.administrator),
            [],
            .json("rules decoders")
        )
        return Route(.post, Exchange.base + "/reload", description) { _ in
            let report = try await context.services.reload()
            return .json(
                .object { json in
                    json.set("rules", report.rules)
                    json.set("decoders", report.decoders)
                }
            )
        }
    }

    // MARK: Probes

    private var health: Route {
        let description = Route.Description(
            "Whether alerts are found and kept; 503 with what is wrong.",
            .open,
            [],
            .json("status")
        )
        return Route(.get, "/healthz", description) { _ in
            guard let trouble = context.services.trouble() else {
                return .json(.object { $0.set("status", "ok") })
            }
            return .json(
                .object { json in
                    json.set("status", "failing")
                    json.set("detail", trouble)
                },
                status: .serviceUnavailable
            )
        }
    }

    private var metrics: Route {
        let description = Route.Description(
            "Series for Prometheus.",
            .openOnLoopback,
            [],
            .other("text/plain; version=0.0.4; charset=utf-8")
        )
        return Route(.get, "/metrics", description) { _ in
            let services = context.services
            let gauges = ServerMetrics.Gauges(
                requests: activeRequests(),
                streams: context.streams.count,
                subscribers: services.live.subscribers,
                dropped: services.live.dropped,
                signIn: context.signIn.counts
            )
            let text = services.metrics() + context.metrics.prometheusText(gauges)
            return .bytes([UInt8](text.utf8), type: "text/plain; version=0.0.4; charset=utf-8")
        }
    }
}

/// Memory of this process.
enum ResidentMemory {
    /// Bytes; nil where /proc is not there.
    ///
    /// Source: proc_pid_statm(5).
    static func bytes() -> Int? {
        guard
            let text = try? WholeFile.bytes(
                of: "/proc/self/statm",
                limit: 4096,
                failing: .dashboard
            )
        else { return nil }
        let fields = String(decoding: text, as: UTF8.self).split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { return nil }
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }
}
