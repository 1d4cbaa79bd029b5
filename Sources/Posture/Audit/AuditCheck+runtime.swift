// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient

/// Section 5: how containers run; what isolates them.
extension AuditCheck {
    static let runtime = [
        AuditCheck(
            "5.1",
            "Swarm mode is off where it is not used",
            why: "it opens ports to other hosts",
            remedy: "docker swarm leave"
        ) { facts in
            guard facts.engine.swarmState == "active" else { return .passed("it is off") }
            let services = facts.swarm?.services.count ?? 0
            return services > 0
                ? .passed("it is used, by \(services) services")
                : .failed("it is on, and this node knows of no service")
        },
        AuditCheck(
            "5.2",
            "An AppArmor profile confines each container",
            why: "it limits what a broken-into program may do",
            remedy: FindingKind.noAppArmor.remedy
        ) { facts in
            guard facts.engine.has("apparmor") else {
                return .notApplicable("the engine has no AppArmor")
            }
            return facts.containers("one does", "these are not confined") { container in
                let profile = container.configuration.appArmorProfile
                return profile.isEmpty || profile == "unconfined" ? "" : nil
            }
        },
        AuditCheck(
            "5.3",
            "SELinux labels confine each container",
            why: "they limit what a broken-into program may do",
            remedy: "start the engine with selinux-enabled, and leave out label=disable"
        ) { facts in
            guard facts.engine.has("selinux") else {
                return .notApplicable("the engine has no SELinux")
            }
            return facts.containers("they do", "these are not confined") { container in
                container.configuration.securityOptions.contains { $0.hasSuffix("label=disable") }
                    ? "" : nil
            }
        },
        AuditCheck(
            "5.4",
            "Containers have no capabilities beyond the usual",
            why: FindingKind.capabilities.why,
            remedy: FindingKind.capabilities.remedy
        ) { facts in
            facts.containers(with: .capabilities, "none has", "these have")
        },
        AuditCheck(
            "5.5",
            "No container is privileged",
            why: FindingKind.privileged.why,
            remedy: FindingKind.privileged.remedy
        ) { facts in facts.containers(with: .privileged, "none is", "these are") },
        AuditCheck(
            "5.6",
            "No sensitive folder of the host is mounted",
            why: FindingKind.hostPath.why,
            remedy: FindingKind.hostPath.remedy
        ) { facts in facts.containers(with: .hostPath, "none is", "these have one") },
        AuditCheck(
            "5.7",
            "No SSH server runs in a container",
            why: "keys and updates of it are forgotten, and it opens a way around the engine",
            remedy: "take it out of the image; use docker exec"
        ) { facts in
            facts.host { host in
                facts.containers("none does", "in these it does") { container in
                    host.sshContainers.contains(container.configuration.id) ? "" : nil
                }
            }
        },
        AuditCheck(
            "5.8",
            "No port below 1024 of the host is published",
            why: "such ports are trusted",
            remedy: "publish a higher one, or let one proxy have the low ones"
        ) { facts in
            facts.containers("none is", "these publish one") { container in
                let low = container.configuration.ports.filter { port in
                    Int(port.hostPort).map { (1..<1_024).contains($0) } ?? false
                }
                return low.isEmpty ? nil : unique(low.map(\.hostPort))
            }
        },
        AuditCheck(
            "5.9",
            "Only ports that are needed are published",
            why: "each is a way in",
            remedy: "publish single ports, never all (-P)"
        ) { facts in
            let all = facts.containers.filter { $0.configuration.publishesAllPorts }
            if !all.isEmpty { return .failed("these publish all of theirs", all.map(\.name)) }
            let ports = facts.containers.flatMap { container in
                container.configuration.ports.map { "\(container.name) \($0.hostPort)" }
            }
            if ports.isEmpty { return .passed("none is published") }
            return .manual(
                "judge whether each is needed: \(ports.prefix(30).joined(separator: ", "))"
            )
        },
        shared("5.10", .hostNetwork, "No container shares the host's network"),
    ]

    static func unique(_ texts: [String]) -> String { Set(texts).sorted().joined(separator: ", ") }

    /// A check that is the same as a finding of ours.
    static func shared(_ id: String, _ kind: FindingKind, _ title: String) -> AuditCheck {
        AuditCheck(id, title, why: kind.why, remedy: kind.remedy) { facts in
            facts.containers(with: kind, "true of all containers", "not true of these")
        }
    }
}
