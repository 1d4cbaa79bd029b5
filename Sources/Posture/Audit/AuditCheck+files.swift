// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Section 3: owners and rights of the engine's files.
extension AuditCheck {
    /// A file: two checks, one for its owner, one for its rights.
    private struct Guarded {
        let owner: String
        let rights: String
        let what: String
        let paths: [String]
        let mode: UInt32
        /// The flag of `daemon.json` that says where it is.
        var flag: String?
        /// Whether the group docker may own it.
        var isGroups = false
        /// Whether all files in the folder are meant.
        var isFolder = false
    }

    private static let guarded = [
        Guarded(
            owner: "3.1",
            rights: "3.2",
            what: "docker.service",
            paths: units("docker.service"),
            mode: 0o644
        ),
        Guarded(
            owner: "3.3",
            rights: "3.4",
            what: "docker.socket",
            paths: units("docker.socket"),
            mode: 0o644
        ),
        Guarded(
            owner: "3.5",
            rights: "3.6",
            what: "/etc/docker",
            paths: ["/etc/docker"],
            mode: 0o755
        ),
        Guarded(
            owner: "3.7",
            rights: "3.8",
            what: "certificates of registries",
            paths: ["/etc/docker/certs.d"],
            mode: 0o444,
            isFolder: true
        ),
        Guarded(
            owner: "3.9",
            rights: "3.10",
            what: "the certificate of the authority",
            paths: [],
            mode: 0o444,
            flag: "tlscacert"
        ),
        Guarded(
            owner: "3.11",
            rights: "3.12",
            what: "the engine's certificate",
            paths: [],
            mode: 0o444,
            flag: "tlscert"
        ),
        Guarded(
            owner: "3.13",
            rights: "3.14",
            what: "the engine's key",
            paths: [],
            mode: 0o400,
            flag: "tlskey"
        ),
        Guarded(
            owner: "3.15",
            rights: "3.16",
            what: "the engine's socket",
            paths: ["/run/docker.sock", "/var/run/docker.sock"],
            mode: 0o660,
            isGroups: true
        ),
        Guarded(
            owner: "3.17",
            rights: "3.18",
            what: "daemon.json",
            paths: ["/etc/docker/daemon.json"],
            mode: 0o644
        ),
        Guarded(
            owner: "3.19",
            rights: "3.20",
            what: "/etc/default/docker",
            paths: ["/etc/default/docker"],
            mode: 0o644
        ),
        Guarded(
            owner: "3.22",
            rights: "3.21",
            what: "/etc/sysconfig/docker",
            paths: ["/etc/sysconfig/docker"],
            mode: 0o644
        ),
        Guarded(
            owner: "3.23",
            rights: "3.24",
            what: "containerd's socket",
            paths: ["/run/containerd/containerd.sock"],
            mode: 0o660
        ),
    ]

    static let filePaths = guarded.flatMap(\.paths)

    /// Flags that name files.
    static let fileFlags = guarded.compactMap(\.flag)

    static let files = guarded.flatMap { [owner($0), rights($0)] }.sorted { $0.number < $1.number }

    private static func owner(_ each: Guarded) -> AuditCheck {
        let named = each.isGroups ? "root:docker" : "root:root"
        return AuditCheck(
            each.owner,
            "Owner of \(each.what) is \(named)",
            why: "who may write it steers the engine, and so the host",
            remedy: "chown \(named) \(each.paths.first ?? "its path")"
        ) { facts in
            judge(each, facts) { host, paths in
                host.owned(paths, group: each.isGroups ? host.dockerGroup?.id : 0, named: named)
            }
        }
    }

    private static func rights(_ each: Guarded) -> AuditCheck {
        let mode = String(each.mode, radix: 8)
        return AuditCheck(
            each.rights,
            "Rights of \(each.what) are \(mode) or fewer",
            why: "who may write it steers the engine, and so the host",
            remedy: "chmod \(mode) \(each.paths.first ?? "its path")"
        ) { facts in
            judge(each, facts) { host, paths in host.restricted(paths, to: each.mode) }
        }
    }

    private static func judge(
        _ each: Guarded,
        _ facts: AuditFacts,
        _ verdict: (HostFacts, [String]) -> AuditVerdict
    ) -> AuditVerdict {
        facts.host { host in
            var paths = each.paths
            if each.isGroups, let socket = host.socketPath { paths = [socket] }
            if each.owner == "3.17", let settings = host.settingsPath { paths = [settings] }
            if let flag = each.flag {
                guard let path = facts.daemon?.text(flag), !path.isEmpty else {
                    return .notApplicable("the engine was given none")
                }
                paths = [path]
            }
            guard each.isFolder, let folder = paths.first else { return verdict(host, paths) }
            let inside = host.files.keys.filter { $0.hasPrefix(folder + "/") }.sorted()
            let verdicts = inside.map { verdict(host, [$0]) }
            let failed = verdicts.filter { $0.word == .failed }
            if let first = failed.first { return .failed(first.reason, failed.flatMap(\.subjects)) }
            return inside.isEmpty
                ? .notApplicable("there are none")
                : .passed("all \(inside.count) are as they should be")
        }
    }
}
