// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient

/// Section 1: the engine's host.
extension AuditCheck {
    static let host = [
        AuditCheck(
            "1.1.1",
            "The engine's data has a partition of its own",
            why: "images and logs that fill the disk stop the whole host",
            remedy: "mount a volume of its own at the engine's folder, usually /var/lib/docker"
        ) { facts in
            facts.host { host in
                let folder = facts.engine.rootFolder
                switch host.hasOwnPartition {
                case true?: return .passed("\(folder) is a mount of its own")
                case false?: return .failed("it lies on a partition with other things", [folder])
                case nil: return .manual("the host's mounts are not seen from here")
                }
            }
        },
        AuditCheck(
            "1.1.2",
            "Only trusted users are in the group docker",
            why: "who may speak to the engine is root on the host",
            remedy: "take others out: gpasswd -d USER docker"
        ) { facts in
            facts.host { host in
                guard let group = host.dockerGroup else {
                    return .notApplicable("there is no group docker")
                }
                if group.members.isEmpty { return .passed("nobody is in the group docker") }
                return .manual(
                    "look whether all of them are trusted: "
                        + group.members.prefix(20).joined(separator: ", ")
                )
            }
        },
    ]

    private static let audited: [(id: String, what: String, paths: [String])] = [
        ("1.1.3", "the engine's program", ["/usr/bin/dockerd", "/usr/sbin/dockerd"]),
        ("1.1.4", "containerd's run-time folder", ["/run/containerd"]),
        ("1.1.5", "the engine's data", ["/var/lib/docker"]),
        ("1.1.6", "the engine's settings", ["/etc/docker"]),
        ("1.1.7", "the unit docker.service", units("docker.service")),
        ("1.1.8", "containerd's socket", ["/run/containerd/containerd.sock"]),
        ("1.1.9", "the unit docker.socket", units("docker.socket")),
        ("1.1.10", "/etc/default/docker", ["/etc/default/docker"]),
        ("1.1.11", "daemon.json", ["/etc/docker/daemon.json"]),
        ("1.1.12", "containerd's settings", ["/etc/containerd/config.toml"]),
        ("1.1.13", "/etc/sysconfig/docker", ["/etc/sysconfig/docker"]),
        ("1.1.14", "containerd's program", ["/usr/bin/containerd"]),
        ("1.1.15", "containerd-shim", ["/usr/bin/containerd-shim"]),
        ("1.1.16", "containerd-shim-runc-v1", ["/usr/bin/containerd-shim-runc-v1"]),
        ("1.1.17", "containerd-shim-runc-v2", ["/usr/bin/containerd-shim-runc-v2"]),
        ("1.1.18", "runc", ["/usr/bin/runc", "/usr/sbin/runc"]),
    ]

    /// Where systemd looks for a unit, the first that counts first.
    static func units(_ name: String) -> [String] {
        ["/etc/systemd/system/", "/lib/systemd/system/", "/usr/lib/systemd/system/"].map {
            $0 + name
        }
    }

    static let hostAuditing =
        audited.map { each in
            AuditCheck(
                each.id,
                "The kernel's audit watches \(each.what)",
                why: "after an intrusion it tells who changed or used it",
                remedy: "add -w, its path and -k docker to /etc/audit/rules.d/docker.rules"
            ) { facts in
                facts.host { $0.audited(each.paths) }
            }
        } + [
            AuditCheck(
                "1.2.1",
                "The host is hardened",
                why: "containers share its kernel: its weaknesses are theirs",
                remedy: "follow the benchmark of its distribution"
            ) { facts in
                .manual("the host is \(facts.engine.operatingSystem); its own benchmark tells")
            },
            AuditCheck(
                "1.2.2",
                "The engine is up to date",
                why: "its known flaws are used against it",
                remedy: "update it through the package manager"
            ) { facts in
                .manual("compare \(facts.engineVersion) with the newest that its maker names")
            },
        ]

    /// Every path of the host that a check looks at.
    static let hostPaths =
        audited.flatMap(\.paths) + filePaths + ["/etc/docker/certs.d"]
}
