// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient

/// Section 2: what the engine was told.
extension AuditCheck {
    static let daemon =
        [
            AuditCheck(
                "2.1",
                "The engine does not run as root",
                why: "a flaw in it is then one of a plain user's process",
                remedy: "use rootless mode where its limits allow it"
            ) { facts in
                if facts.engine.has("rootless") { return .passed("the engine runs rootless") }
                if let user = facts.host?.engineUser, user != 0 {
                    return .passed("the engine runs as user \(user)")
                }
                return .manual("the engine runs as root; judge whether rootless mode would do")
            },
            AuditCheck(
                "2.2",
                "Containers on the default bridge do not reach each other",
                why: "one that is broken into can attack its neighbours",
                remedy: "set \"icc\": false in daemon.json, and use networks of your own"
            ) { facts in
                guard let bridge = facts.networks.first(where: { $0.name == "bridge" }) else {
                    return .notApplicable("there is no default bridge")
                }
                let option = bridge.options["com.docker.network.bridge.enable_icc"] ?? "true"
                return option == "false"
                    ? .passed("they cannot") : .failed("they can", ["bridge"])
            },
            AuditCheck(
                "2.3",
                "The engine's log has the level info",
                why: "less hides what happened, debug tells too much",
                remedy: "set \"log-level\": \"info\" in daemon.json"
            ) { facts in
                facts.flags { flags in
                    let level = flags.text("log-level") ?? "info"
                    let debug = flags.isOn("debug", standard: false)
                    return level == "info" && !debug
                        ? .passed("it is info") : .failed("it is \(debug ? "debug" : level)")
                }
            },
            AuditCheck(
                "2.4",
                "The engine may set its firewall rules",
                why: "without them networks are not kept apart as it promises",
                remedy: "leave out \"iptables\": false"
            ) { facts in
                facts.flags { flags in
                    flags.isOn("iptables", standard: true)
                        ? .passed("it may") : .failed("iptables is false")
                }
            },
            AuditCheck(
                "2.5",
                "No registry is spoken with in the clear",
                why: "whoever is on the way gives you another image",
                remedy: "give the registry a certificate, and take it out of insecure-registries"
            ) { facts in
                facts.engine.insecureRegistries.isEmpty
                    ? .passed("none is") : .failed("these are", facts.engine.insecureRegistries)
            },
            AuditCheck(
                "2.6",
                "The storage driver is not aufs",
                why: "it is old, and was left by the kernel",
                remedy: "use overlay2"
            ) { facts in
                facts.engine.storageDriver == "aufs"
                    ? .failed("it is aufs") : .passed("it is \(facts.engine.storageDriver)")
            },
            AuditCheck(
                "2.7",
                "The engine asks for certificates on its port",
                why: "whoever reaches an open port is root on the host",
                remedy:
                    "take the tcp:// address out, or set tlsverify, tlscacert, tlscert and tlskey"
            ) { facts in
                facts.flags { flags in
                    let ports = flags.list("hosts").filter { $0.hasPrefix("tcp://") }
                    if ports.isEmpty { return .notApplicable("it listens on no port") }
                    let verifies = flags.isOn("tlsverify", standard: false)
                    return verifies ? .passed("it asks") : .failed("it does not", ports)
                }
            },
            AuditCheck(
                "2.8",
                "Default limits on open files and processes are set",
                why: "one container could use up what the host has",
                remedy: "set \"default-ulimits\" in daemon.json"
            ) { facts in
                facts.flags { flags in
                    if let limits = flags.text("default-ulimits"), !limits.isEmpty {
                        return .passed("set: \(limits)")
                    }
                    return .manual("none are set; judge whether each container brings its own")
                }
            },
            AuditCheck(
                "2.9",
                "Users of containers are remapped",
                why: "root in a container is then nobody on the host",
                remedy:
                    "set \"userns-remap\": \"default\" in daemon.json, after looking at its limits"
            ) { facts in
                if facts.engine.has("userns") { return .passed("they are") }
                if facts.engine.has("rootless") { return .passed("the engine runs rootless") }
                return .manual("they are not; judge whether the containers' mounts allow it")
            },
            AuditCheck(
                "2.10",
                "The default control group is as it comes",
                why: "another parent can take limits away",
                remedy: "leave out \"cgroup-parent\""
            ) { facts in
                facts.flags { flags in
                    guard let parent = flags.text("cgroup-parent"), !parent.isEmpty else {
                        return .passed("it is")
                    }
                    return .failed("it was changed", [parent])
                }
            },
        ] + daemonServices
}
