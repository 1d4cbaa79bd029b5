// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import EventModel
package import Posture

/// One run of the benchmark, by hand.
package struct AuditRun: Sendable {
    private let environment: [String: String]
    private let userID: UInt32
    private let hostname: String

    package init(environment: [String: String], userID: UInt32, hostname: String) {
        self.environment = environment
        self.userID = userID
        self.hostname = hostname
    }

    /// Looks at everything, and says what was found.
    ///
    /// - Throws: `DockerError` when there is no engine, or it does not answer.
    package func report() async throws -> AuditReport {
        let docker = DockerEnvironment(variables: environment, userID: userID)
        let discovery = DockerDiscovery(environment: docker)
        guard let endpoint = try DockerEndpoint(environment: docker) ?? discovery.endpoint else {
            throw discovery.failure
        }
        let client = try DockerClient(endpoint: endpoint, configuration: .standard)
        do {
            let report = try await report(client)
            await client.shutdown()
            return report
        } catch {
            await client.shutdown()
            throw error
        }
    }

    private func report(_ client: DockerClient) async throws -> AuditReport {
        let now = HostClock.now()
        let root = PostureSettings().overlaid(by: environment).root
        let files = AuditSchedule.hostFiles(client.endpoint, root: root)
        let environment = environment
        let collector = AuditCollector(client, now: EngineTime(nanoseconds: now.nanoseconds)) {
            // The command does nothing else meanwhile: it may block.
            files?.look(rootFolder: $0, environment: environment)
        }
        return AuditReport(try await collector.facts(), host: hostname, time: now.milliseconds)
    }
}
