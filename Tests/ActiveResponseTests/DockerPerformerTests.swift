// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ActiveResponse
import DockerClient
import Foundation
import JagaTesting
import Testing

@Suite("Acts on containers")
struct DockerPerformerTests {
    private static let place = "/containers/" + Samples.id
    private static let net =
        #""net":{"NetworkID":"n1","Aliases":["shop","we\"b"],"IPAMConfig":{"IPv4Address":"172.30.9.7"}}"#
    private static let quarantine =
        #"{"Name":"jaga-quarantine","Internal":true,"Labels":{"jaga.network":"quarantine"}}"#

    @Test("a container is paused, and run again")
    func pause() async throws {
        try await ScriptedHost.run { host in
            host.inspection()
            host.engine.answer(Self.place + "/pause", with: .json(""))
            host.engine.answer(Self.place + "/unpause", with: .json(""))
            let act = try ScriptedHost.act("docker-pause")
            let (memory, outcome) = try await host.perform(act)
            #expect(outcome == .done("the container is paused"))
            host.inspection(state: "paused")
            let answer1 = try await host.undo(act, memory)
            #expect(answer1 == "the container runs again")
            #expect(
                host.changes == ["POST \(Self.place)/pause", "POST \(Self.place)/unpause"]
            )
        }
    }

    @Test(
        "a container that is as the act would leave it is left alone",
        arguments: [
            ("docker-pause", "paused"), ("docker-pause", "exited"), ("docker-stop", "exited"),
            ("docker-kill", "created"),
        ]
    )
    func nothingToDo(executable: String, state: String) async throws {
        try await ScriptedHost.run { host in
            host.inspection(state: state)
            let found = try await host.performer.prepare(try ScriptedHost.act(executable))
            guard case .nothingToDo = found else {
                Issue.record("\(found)")
                return
            }
            #expect(host.changes.isEmpty)
        }
    }

    @Test("what somebody else paused in between counts as done; another conflict does not")
    func conflict() async throws {
        try await ScriptedHost.run { host in
            host.inspection()
            host.engine.answer(Self.place + "/pause", with: .json("{}", status: 409))
            let act = try ScriptedHost.act("docker-pause")
            await #expect(throws: DockerError.self) { try await host.perform(act) }
            host.engine.enqueue(Self.place + "/json", .json(Self.running))
            host.inspection(state: "paused")
            let answer2 = try await host.perform(act).1
            #expect(answer2 == .done("the container is paused"))
        }
    }

    private static let running = """
        {"Id":"\(Samples.id)","Name":"/web","Image":"sha256:1","State":{"Status":"running"},\
        "Config":{"Image":"nginx"}}
        """

    @Test("a container that is gone, or protected now, is refused", arguments: [true, false])
    func refused(isGone: Bool) async throws {
        try await ScriptedHost.run { host in
            if !isGone { host.inspection(labels: #""jaga.response":"never""#) }
            let found = try await host.performer.prepare(try ScriptedHost.act("docker-kill"))
            let reason =
                isGone
                ? "the container is gone" : "its label jaga.response=never protects it"
            #expect(found == .refused(reason))
            #expect(host.changes.isEmpty)
        }
    }

    @Test(
        "a container that is ended stays ended, and its undo gives it its policy back",
        arguments: [("docker-stop", "stop"), ("docker-kill", "kill")]
    )
    func end(executable: String, word: String) async throws {
        try await ScriptedHost.run { host in
            host.inspection(policy: "always")
            for path in ["update", word, "start"] {
                host.engine.answer("\(Self.place)/\(path)", with: .json("{}"))
            }
            let act = try ScriptedHost.act(executable)
            let (memory, outcome) = try await host.perform(act)
            #expect(outcome == .done("the container does not run"))
            #expect(memory.restartPolicy == "always")
            let answer3 = try await host.undo(act, memory)
            #expect(answer3 == "the container runs again")
            #expect(
                host.changes == [
                    "POST \(Self.place)/update", "POST \(Self.place)/\(word)",
                    "POST \(Self.place)/update", "POST \(Self.place)/start",
                ]
            )
            let bodies = host.engine.seen.filter { $0.path.hasSuffix("/update") }.map(\.body)
            #expect(
                bodies == [
                    #"{"RestartPolicy":{"Name":"no","MaximumRetryCount":0}}"#,
                    #"{"RestartPolicy":{"Name":"always","MaximumRetryCount":0}}"#,
                ]
            )
        }
    }

    @Test("a restart is done for good")
    func restart() async throws {
        try await ScriptedHost.run { host in
            host.inspection()
            host.engine.answer(Self.place + "/restart", with: .json(""))
            let (_, outcome) = try await host.perform(try ScriptedHost.act("docker-restart"))
            #expect(outcome == .doneForGood("the container was restarted"))
        }
    }

    @Test("an isolated container gets its networks back, with names and addresses")
    func isolate() async throws {
        try await ScriptedHost.run { host in
            host.inspection(networks: Self.net)
            host.engine.answer("/networks/jaga-quarantine", with: .notFound)
            for path in [
                "create", "n1/disconnect", "jaga-quarantine/connect",
                "jaga-quarantine/disconnect", "n1/connect",
            ] {
                host.engine.answer("/networks/" + path, with: .json("{}"))
            }
            let act = try ScriptedHost.act("docker-isolate")
            let (memory, outcome) = try await host.perform(act)
            #expect(
                outcome
                    == .done("the container is alone in jaga-quarantine; it was in net")
            )
            let made = host.engine.seen.first { $0.path == "/networks/create" }
            #expect(made?.body.contains(#""Internal":true"#) == true)

            host.inspection(networks: #""jaga-quarantine":{"NetworkID":"q"}"#)
            host.engine.answer("/networks/n1", with: .json("{}"))
            let answer4 = try await host.undo(act, memory)
            #expect(answer4 == "the container is again in net")
            let back = host.engine.seen.last { $0.path == "/networks/n1/connect" }
            #expect(
                back?.body
                    == #"{"Container":"\#(Samples.id)","EndpointConfig":{"Aliases":["shop","we\"b"],"#
                    + #""IPAMConfig":{"IPv4Address":"172.30.9.7"}}}"#
            )
        }
    }

    @Test(
        "a network of quarantine's name that has a way out, or is somebody's, is no quarantine",
        arguments: [
            #"{"Internal":false,"Labels":{"jaga.network":"quarantine"}}"#,
            #"{"Internal":true,"Labels":{}}"#, "{}", "no json",
        ]
    )
    func foreignQuarantine(network: String) async throws {
        try await ScriptedHost.run { host in
            host.inspection(networks: Self.net)
            host.engine.answer("/networks/jaga-quarantine", with: .json(network))
            let found = try await host.performer.prepare(try ScriptedHost.act("docker-isolate"))
            #expect(
                found
                    == .refused(
                        "the network jaga-quarantine has a way out, or is not Jaga's: remove it"
                    )
            )
            #expect(host.changes.isEmpty)
        }
    }

    @Test("a container in the host's network cannot be taken out of it")
    func hostNetwork() async throws {
        try await ScriptedHost.run { host in
            host.inspection(networks: #""host":{"NetworkID":"h"}"#)
            host.engine.answer("/networks/jaga-quarantine", with: .json(Self.quarantine))
            for executable in ["docker-isolate", "docker-disconnect"] {
                let found = try await host.performer.prepare(try ScriptedHost.act(executable))
                #expect(
                    found
                        == .refused(
                            "it shares the host's network: pause or stop it instead"
                        )
                )
            }
        }
    }

    @Test("an undo says which networks are gone")
    func goneNetwork() async throws {
        try await ScriptedHost.run { host in
            host.inspection(networks: Self.net)
            host.engine.answer("/networks/n1/disconnect", with: .json("{}"))
            let act = try ScriptedHost.act("docker-disconnect")
            let (memory, _) = try await host.perform(act)
            host.inspection()
            let answer5 = try await host.undo(act, memory)
            #expect(answer5 == "the container is again in no network; gone since: net")
        }
    }

    @Test("a network that was made anew under its name is joined again")
    func newNetwork() async throws {
        try await ScriptedHost.run { host in
            host.inspection(networks: Self.net)
            host.engine.answer("/networks/n1/disconnect", with: .json("{}"))
            let act = try ScriptedHost.act("docker-disconnect")
            let (memory, _) = try await host.perform(act)
            host.inspection()
            host.engine.answer("/networks/net", with: .json("{}"))
            host.engine.answer("/networks/net/connect", with: .json("{}"))
            let answer = try await host.undo(act, memory)
            #expect(answer == "the container is again in net")
        }
    }

    @Test("who is in a network that the settings protect is left alone", arguments: ["net", "n*"])
    func protectedNetwork(pattern: String) async throws {
        var protections = Protections()
        protections.networks = ["other", pattern]
        try await ScriptedHost.run(protections: protections) { host in
            host.inspection(networks: Self.net)
            let act = try ScriptedHost.act("docker-pause")
            let text = "a network that it is in is protected by the settings (\(pattern))"
            #expect(try await host.performer.prepare(act) == .refused(text))
            host.inspection(networks: #""bridge":{"NetworkID":"b"}"#)
            #expect(try await host.performer.prepare(act) == .ready(ActMemory()))
        }
    }

    @Test("one network is left when the command names it, by name or id, and others are not")
    func oneNetwork() async throws {
        try await ScriptedHost.run { host in
            let both = Self.net + #","other":{"NetworkID":"n2"}"#
            host.inspection(networks: both)
            host.engine.answer("/networks/n1/disconnect", with: .json("{}"))
            for name in ["net", "n1"] {
                let act = try Samples.act(1, executable: "docker-disconnect", words: [name])
                let (memory, outcome) = try await host.perform(act)
                #expect(memory.networks.map(\.name) == ["net"])
                #expect(outcome == .done("the container is no more in net"))
            }
            #expect(host.changes == Array(repeating: "POST /networks/n1/disconnect", count: 2))
            let none = try Samples.act(1, executable: "docker-disconnect", words: ["none"])
            let found = try await host.performer.prepare(none)
            #expect(found == .nothingToDo("it is not in none"))
        }
    }

    @Test("what another act isolates is not let out by the undo of a disconnection")
    func isolatedByAnother() async throws {
        try await ScriptedHost.run { host in
            host.inspection(networks: Self.net)
            host.engine.answer("/networks/n1/disconnect", with: .json("{}"))
            let act = try ScriptedHost.act("docker-disconnect")
            let (memory, _) = try await host.perform(act)
            host.inspection(networks: #""jaga-quarantine":{"NetworkID":"q"}"#)
            await #expect(throws: ResponseError.self) { try await host.undo(act, memory) }
            #expect(host.changes == ["POST /networks/n1/disconnect"])
        }
    }

    @Test("a container that shares another's network cannot be taken out of it")
    func sharedNetwork() async throws {
        try await ScriptedHost.run { host in
            host.inspection(mode: "container:" + Samples.other)
            for executable in ["docker-isolate", "docker-disconnect"] {
                let found = try await host.performer.prepare(try ScriptedHost.act(executable))
                let text = "it shares the network of container cdcdcdcdcdcd: act on that one"
                #expect(found == .refused(text))
            }
        }
    }

    @Test(
        "a label that whoever made the image wrote protects nobody",
        arguments: [
            (#"{"Config":{"Labels":{"jaga.response":"never"}}}"#, false),
            (#"{"Config":{"Labels":{"jaga.response":"x"}}}"#, true),
            (#"{"Config":{"Labels":null}}"#, true), ("no json", true), (nil, true),
        ]
    )
    func imageLabel(image: String?, isProtected: Bool) async throws {
        try await ScriptedHost.run { host in
            host.inspection(labels: #""jaga.response":"never""#)
            host.engine.answer(
                "/images/sha256%3A1/json",
                with: image.map { .json($0) } ?? .notFound
            )
            host.engine.answer("/images/sha256:1/json", with: image.map { .json($0) } ?? .notFound)
            let found = try await host.performer.prepare(try ScriptedHost.act("docker-pause"))
            let refused = Preparation.refused("its label jaga.response=never protects it")
            #expect(found == (isProtected ? refused : .ready(ActMemory())))
        }
    }

    @Test("an undo of a container that is gone is an undo")
    func goneContainer() async throws {
        try await ScriptedHost.run { host in
            for executable in ["docker-pause", "docker-stop", "docker-isolate"] {
                let act = try ScriptedHost.act(executable)
                let answer6 = try await host.undo(act, ActMemory())
                #expect(answer6 == "the container is gone")
            }
        }
    }

    @Test("evidence is kept before the image is made, and readable by its owner alone")
    func snapshot() async throws {
        try await ScriptedHost.run { host in
            host.inspection()
            host.engine.answer(Self.place + "/changes", with: .json(#"[{"Path":"/x"}]"#))
            host.engine.answer(Self.place + "/logs", with: .json("lines"))
            host.engine.answer("/commit", with: .json(#"{"Id":"i"}"#, status: 201))
            let (_, outcome) = try await host.perform(try ScriptedHost.act("docker-snapshot"))
            let folder = host.folder.path + "/evidence/1-" + Samples.id.prefix(12)
            #expect(
                outcome
                    == .doneForGood(
                        "image jaga-evidence:\(Samples.id.prefix(12))-1000, files in \(folder)"
                    )
            )
            #expect(try Self.text(folder + "/log.raw") == "lines")
            #expect(try Self.text(folder + "/changes.json") == #"[{"Path":"/x"}]"#)
            let mode = try FileManager.default.attributesOfItem(atPath: folder + "/log.raw")
            #expect(mode[.posixPermissions] as? Int == 0o600)
        }
    }

    private static func text(_ path: String) throws -> String {
        try String(contentsOfFile: path, encoding: .utf8)
    }
}
