// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient

/// Sections 6 and 7: what is left lying about, and swarms.
extension AuditCheck {
    static let operations = [
        AuditCheck(
            "6.1",
            "No more images are kept than are used",
            why: "somebody will start an old one",
            remedy: "docker image prune"
        ) { facts in
            let unused = facts.images.filter { !facts.usedImages.contains($0.configuration.id) }
            if unused.isEmpty { return .passed("each is used by a container") }
            return .manual(
                "\(unused.count) of \(facts.images.count) are used by no container: "
                    + unused.prefix(20).map(\.name).joined(separator: ", ")
            )
        },
        AuditCheck(
            "6.2",
            "No more containers are kept than run",
            why: "stopped ones keep their data and secrets, and are started by mistake",
            remedy: "docker container prune"
        ) { facts in
            let stopped = max(0, facts.engine.containers - facts.containers.count)
            return stopped <= 25
                ? .passed("\(stopped) do not run") : .failed("\(stopped) do not run")
        },
    ]

    static let swarm = [
        manager(
            "7.1",
            "There are as few managers as are needed",
            why: "each can change the whole swarm",
            remedy: "docker node demote NODE"
        ) { facts, _ in
            let count = facts.engine.swarmManagers
            return (1...7).contains(count) && count % 2 == 1
                ? .passed("there are \(count)")
                : .failed("there are \(count); one, three or five do")
        },
        manager(
            "7.2",
            "Services are published on the addresses that need it",
            why: "the mesh opens a port on every address of every node",
            remedy: "publish with mode=host, or keep the mesh's ports from outside"
        ) { _, swarm in
            let open = swarm.services.filter { !$0.meshPorts.isEmpty }
            return open.isEmpty
                ? .passed("no service is published through the mesh")
                : .failed("these are published through the mesh", open.map(\.name))
        },
        manager(
            "7.3",
            "Networks between hosts are encrypted",
            why: "who is between the hosts reads what containers say",
            remedy: "make them anew with --opt encrypted"
        ) { facts, _ in
            let overlay = facts.networks.filter { $0.driver == "overlay" && $0.name != "ingress" }
            if overlay.isEmpty { return .notApplicable("there are none") }
            let open = overlay.filter { $0.options["encrypted"] == nil }.map(\.name)
            return open.isEmpty ? .passed("all are") : .failed("these are not", open)
        },
        manager(
            "7.4",
            "Secrets are given as the swarm's secrets",
            why: "variables and files show them to all",
            remedy: "docker secret create"
        ) { _, _ in .manual("which values are secrets, a person says") },
        manager(
            "7.5",
            "Managers are locked when they start",
            why: "the key of the swarm lies open on their disks else",
            remedy: "docker swarm update --autolock=true"
        ) { _, swarm in
            swarm.locksManagers ? .passed("they are") : .failed("they are not")
        },
        manager(
            "7.6",
            "The key that unlocks managers is changed now and then",
            why: "one that leaked works for ever else",
            remedy: "docker swarm unlock-key --rotate"
        ) { _, _ in .manual("when it was changed, the engine does not tell") },
        manager(
            "7.7",
            "Certificates of nodes are changed as often as is wanted",
            why: "one that leaked works until then",
            remedy: "docker swarm update --cert-expiry 48h"
        ) { _, swarm in
            .manual("they hold \(swarm.certificateDays) days; judge whether that is right")
        },
        manager(
            "7.8",
            "The certificate of the swarm's authority is changed now and then",
            why: "who has its key can add nodes",
            remedy: "docker swarm ca --rotate"
        ) { _, _ in .manual("when it was changed, the engine does not tell") },
        manager(
            "7.9",
            "What managers say and what services say go separate ways",
            why: "a flood of the one stops the other",
            remedy: "docker swarm init --advertise-addr A --data-path-addr B"
        ) { _, _ in .manual("which addresses were meant, a person says") },
    ]

    /// A check that needs a manager of a swarm.
    private static func manager(
        _ id: String,
        _ title: String,
        why: String,
        remedy: String,
        _ judge: @escaping @Sendable (AuditFacts, SwarmInformation) -> AuditVerdict
    ) -> AuditCheck {
        AuditCheck(id, title, why: why, remedy: remedy) { facts in
            guard facts.engine.swarmState == "active" else {
                return .notApplicable("the engine is in no swarm")
            }
            guard let swarm = facts.swarm else {
                return .notApplicable("this node is no manager of the swarm")
            }
            return judge(facts, swarm)
        }
    }
}
