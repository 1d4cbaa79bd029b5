// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import DockerClient

/// Does every kind of act on this host.
package struct HostPerformer: ActPerformer {
    /// What acts need of the host.
    package struct Configuration: Sendable {
        /// The client of an engine, by its mark; empty for the first.
        package var engine: @Sendable (String) throws -> DockerClient
        /// As they are now: addresses of a host change.
        package var protections: @Sendable () -> Protections
        package var scripts: ScriptFolder
        /// Folder of what `docker-snapshot` keeps.
        package var evidence: String
        /// As scripts are told who calls.
        package var node: String
        /// Where the webhook of a `<command>` sends to; nil when the settings have none.
        package var webhookAddress: @Sendable (String) -> String? = { _ in nil }
        /// Where `nft` may be, and where `passwd` is.
        package var firewallPrograms = FirewallPerformer.places
        package var accountProgram = AccountPerformer.installed
        /// Nanoseconds since the epoch.
        package var now: @Sendable () -> Int64

        package init(
            engine: @escaping @Sendable (String) throws -> DockerClient,
            protections: @escaping @Sendable () -> Protections,
            data: String,
            now: @escaping @Sendable () -> Int64
        ) {
            self.engine = engine
            self.protections = protections
            scripts = ScriptFolder(root: data)
            evidence = data + "/evidence"
            node = "jaga"
            self.now = now
        }
    }

    private let docker: DockerPerformer
    private let firewall: FirewallPerformer
    private let accounts: AccountPerformer
    private let scripts: ScriptPerformer
    private let webhooks: WebhookPerformer

    package init(_ configuration: Configuration) {
        docker = DockerPerformer(
            engine: configuration.engine,
            protections: configuration.protections,
            evidence: EvidenceKeeper(folder: configuration.evidence, now: configuration.now)
        )
        firewall = FirewallPerformer(
            protections: configuration.protections,
            now: configuration.now,
            places: configuration.firewallPrograms
        )
        accounts = AccountPerformer(
            protections: configuration.protections,
            program: configuration.accountProgram
        )
        scripts = ScriptPerformer(folder: configuration.scripts, node: configuration.node)
        webhooks = WebhookPerformer(
            node: configuration.node,
            address: configuration.webhookAddress
        )
    }

    private func performer(_ kind: ActKind) -> any ActPerformer {
        switch kind {
        case .blockAddress: firewall
        case .disableAccount: accounts
        case .script: scripts
        case .webhook: webhooks
        default: docker
        }
    }

    package func prepare(_ act: PlannedAct) async throws -> Preparation {
        try await performer(act.kind).prepare(act)
    }

    package func perform(
        _ act: PlannedAct,
        _ memory: ActMemory,
        claim: @escaping @Sendable ([String]) -> Bool
    ) async throws -> ActOutcome {
        try await performer(act.kind).perform(act, memory, claim: claim)
    }

    package func undo(_ act: StandingAct) async throws -> String {
        try await performer(act.act.kind).undo(act)
    }

    package func renew(_ act: StandingAct) async throws {
        try await performer(act.act.kind).renew(act)
    }
}
