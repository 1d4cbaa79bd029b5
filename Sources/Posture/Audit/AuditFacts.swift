// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import DockerClient

/// Everything the checks look at, collected beforehand; what is nil could not be seen.
package struct AuditFacts: Sendable {
    /// A container with what is found on how it is run.
    package struct Container: Sendable {
        package var configuration: ContainerConfiguration
        package var posture: ContainerPosture

        package init(_ configuration: ContainerConfiguration, _ posture: ContainerPosture) {
            self.configuration = configuration
            self.posture = posture
        }

        /// As it is shown.
        package var name: String {
            configuration.name.isEmpty ? String(configuration.id.prefix(12)) : configuration.name
        }

        /// The finding of a kind, also one that its label takes out.
        func finding(_ kind: FindingKind) -> Finding? {
            (posture.findings + posture.ignored).first { $0.kind == kind }
        }
    }

    /// An image that containers could be made of.
    package struct Image: Sendable {
        package var configuration: ImageConfiguration
        package var steps: [ImageStep]

        package init(_ configuration: ImageConfiguration, steps: [ImageStep]) {
            self.configuration = configuration
            self.steps = steps
        }

        package var name: String {
            configuration.tags.first ?? String(configuration.id.prefix(19))
        }
    }

    package var engineVersion = ""
    package var engine = EngineInformation()
    package var networks: [NetworkConfiguration] = []
    /// Those that run.
    package var containers: [Container] = []
    package var images: [Image] = []
    /// Images that containers were made of, by id.
    package var usedImages: Set<String> = []
    package var swarm: SwarmInformation?
    package var host: HostFacts?
    /// What the engine's settings and its command line say.
    package var daemon: DaemonFlags?
    /// Whether clients of this machine check signatures (`DOCKER_CONTENT_TRUST`).
    package var trustsSignedOnly = false

    package init() {}

    // MARK: Verdicts that many checks give

    static let unseen =
        "the host's files are not seen from here: run jaga audit on the host, or give --host-root"

    /// Fails with the containers of which the claim is true.
    func containers(
        _ passed: String,
        _ failed: String,
        where isBad: (Container) -> String?
    ) -> AuditVerdict {
        if containers.isEmpty { return .notApplicable("no container runs") }
        let bad = containers.compactMap { container in
            isBad(container).map { $0.isEmpty ? container.name : "\(container.name) (\($0))" }
        }
        return bad.isEmpty ? .passed(passed) : .failed(failed, bad)
    }

    /// Fails with the containers that have a finding of this kind.
    func containers(with kind: FindingKind, _ passed: String, _ failed: String) -> AuditVerdict {
        containers(passed, failed) { container in
            container.finding(kind).map { $0.subjects.joined(separator: ", ") }
        }
    }

    /// Judges by the engine's flags, which have to be seen.
    func flags(_ judge: (DaemonFlags) -> AuditVerdict) -> AuditVerdict {
        guard let daemon else {
            return .manual(
                "neither daemon.json nor the command line of dockerd is seen from here"
            )
        }
        return judge(daemon)
    }

    /// Judges by the host's files, which have to be seen.
    func host(_ judge: (HostFacts) -> AuditVerdict) -> AuditVerdict {
        guard let host else { return .manual(Self.unseen) }
        return judge(host)
    }
}
