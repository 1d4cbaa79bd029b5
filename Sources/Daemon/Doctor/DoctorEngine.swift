// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import EventModel
import Glibc

/// Whether the Docker engine can be reached, and its containers' logs be read.
struct DoctorEngine {
    /// Containers that are named in one finding.
    private static let listed = 5
    private static let engine = "docker engine"
    private static let logs = "container logs"
    private let environment: DockerEnvironment

    init(environment: [String: String], userID: UInt32) {
        self.environment = DockerEnvironment(variables: environment, userID: userID)
    }

    func check(_ found: (DoctorFinding) -> Void) async {
        let client: DockerClient
        do {
            client = try Self.client(environment)
        } catch {
            found(.problem(Self.engine, "\(error)", remedy: "without it only files are watched"))
            return
        }
        await check(client, found)
        await client.shutdown()
    }

    private static func client(_ environment: DockerEnvironment) throws -> DockerClient {
        let discovery = DockerDiscovery(environment: environment)
        guard let endpoint = try DockerEndpoint(environment: environment) ?? discovery.endpoint
        else { throw discovery.failure }
        return try DockerClient(endpoint: endpoint, configuration: .standard)
    }

    private func check(_ client: DockerClient, _ found: (DoctorFinding) -> Void) async {
        do {
            let version = try await client.ping()
            let api = version.negotiatedVersion.map { ", API \($0)" } ?? ""
            found(.ok(Self.engine, "Docker \(version.version)\(api) at \(client.endpoint)"))
            if let clock = try await client.clock() { found(Self.clock(clock, LocalTime.now)) }
            found(await logs(of: try await client.runningContainers(), client))
        } catch {
            found(
                .problem(
                    Self.engine,
                    "\(error)",
                    remedy: "see that the engine runs and that DOCKER_HOST names it"
                )
            )
        }
    }

    /// How far the engine's clock may be from ours before times confuse.
    private static let skewNanoseconds: Int64 = 2_000_000_000

    static func clock(_ engine: EngineTime, _ host: EngineTime) -> DoctorFinding {
        let skew = engine.nanoseconds(since: host)
        guard skew.magnitude > skewNanoseconds.magnitude else {
            return .ok("engine's clock", "agrees with this host's")
        }
        let seconds = skew.magnitude / 1_000_000_000
        return .warning(
            "engine's clock",
            "\(seconds) s \(skew > 0 ? "ahead of" : "behind") this host's",
            remedy: "keep both clocks right: events bear the engine's time"
        )
    }

    private func logs(
        of containers: [ContainerSummary],
        _ client: DockerClient
    ) async -> DoctorFinding {
        var drivers: [ContainerLogDriver] = []
        for container in containers {
            // One that is gone meanwhile is no finding.
            guard let details = try? await client.inspectContainer(container.id) else { continue }
            drivers.append(
                ContainerLogDriver(
                    name: details.name,
                    driver: details.logDriver,
                    path: details.logPath,
                    isReadable: access(details.logPath, R_OK) == 0
                )
            )
        }
        return Self.logs(drivers)
    }

    /// A running container's way of logging.
    struct ContainerLogDriver: Equatable {
        var name: String
        var driver: String
        var path = ""
        var isReadable = true
    }

    static func logs(_ containers: [ContainerLogDriver]) -> DoctorFinding {
        let silent = containers.filter { $0.driver == "none" }
        guard silent.isEmpty else {
            return .warning(
                logs,
                "nothing keeps the logs of \(names(silent)) (driver none)",
                remedy: "start them with another --log-driver, such as json-file"
            )
        }
        let remote = containers.filter { $0.driver == "json-file" && !$0.isReadable }
        guard remote.isEmpty else {
            return .warning(
                logs,
                "the files of \(names(remote)) cannot be read here",
                remedy: "run as root on the engine's host; until then the engine's API is asked"
            )
        }
        let files = containers.count { $0.driver == "json-file" }
        let others = containers.count - files
        return .ok(
            logs,
            "\(containers.count) containers run: \(files) read from files, \(others) through the engine"
        )
    }

    private static func names(_ containers: [ContainerLogDriver]) -> String {
        let shown = containers.prefix(listed).map(\.name).joined(separator: ", ")
        let rest = containers.count - listed
        return rest > 0 ? "\(shown) and \(rest) more" : shown
    }
}

/// This host's clock, as the engine's times are written.
private enum LocalTime {
    static var now: EngineTime {
        let time = HostClock.now()
        return EngineTime(nanoseconds: time.nanoseconds)
    }
}
