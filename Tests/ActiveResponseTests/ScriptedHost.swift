// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ActiveResponse
import DockerClient
import Foundation
import JagaTesting

/// A host whose engine, `nft` and `passwd` do what a test tells them to.
struct ScriptedHost {
    let folder: TemporaryFolder
    let engine: ScriptedDockerEngine
    let client: DockerClient
    let performer: HostPerformer

    static func run(
        protections: Protections = Protections(),
        webhook: String? = nil,
        passwd: String = "exit 0",
        nft: String = "exit 0",
        _ body: (ScriptedHost) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let engine = try ScriptedDockerEngine(at: .unix(path: folder.path + "/s"))
        defer { engine.stop() }
        engine.answer("/_ping", with: .ping(apiVersion: "1.41"))
        let client = try DockerClient(
            endpoint: DockerEndpoint(address: .unix(path: folder.path + "/s"), tls: nil),
            configuration: .standard
        )
        var configuration = HostPerformer.Configuration(
            engine: { _ in client },
            protections: { protections },
            data: folder.path,
            now: { 1_000_000_000_000 }
        )
        configuration.webhookAddress = { $0 == "tell" ? webhook : nil }
        configuration.firewallPrograms = [try script("nft", nft, folder)]
        configuration.accountProgram = try script("passwd", passwd, folder)
        let host = ScriptedHost(
            folder: folder,
            engine: engine,
            client: client,
            performer: HostPerformer(configuration)
        )
        let outcome: Result<Void, any Error>
        do {
            try await body(host)
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        await client.shutdown()
        try outcome.get()
    }

    /// A program that notes its words and what it is given, then does `body`.
    private static func script(
        _ name: String,
        _ body: String,
        _ folder: TemporaryFolder
    ) throws -> String {
        let path = folder.path + "/" + name
        let note = "'\(folder.path)/\(name).got'"
        let given = name == "nft" ? "cat >> \(note)" : ":"
        try "#!/bin/sh\necho \"$@\" >> \(note)\n\(given)\n\(body)\n".write(
            toFile: path + ".text",
            atomically: false,
            encoding: .utf8
        )
        // Copied by another process: a child that another test starts meanwhile would hold
        // it open for writing, and then it cannot be started.
        try Self.copy(path + ".text", to: path)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
        return path
    }

    private static func copy(_ path: String, to new: String) throws {
        let words = ["cp", path, new]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { word in strdup(word) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        var child = pid_t()
        var status: Int32 = 0
        guard posix_spawn(&child, "/bin/cp", nil, nil, arguments, nil) == 0,
            waitpid(child, &status, 0) == child, status == 0
        else { throw CocoaError(.fileWriteUnknown) }
    }

    /// What `nft` or `passwd` got.
    func got(_ name: String) throws -> String {
        try String(contentsOfFile: "\(folder.path)/\(name).got", encoding: .utf8)
    }

    /// What the engine was asked to change, as `POST /containers/ID/pause`, in order.
    var changes: [String] {
        engine.seen.filter { $0.method != "GET" && $0.method != "HEAD" }
            .map { "\($0.method) \($0.path)" }
    }

    /// What the engine says of a container from now on.
    func inspection(
        state: String = "running",
        policy: String = "no",
        networks: String = "",
        labels: String = "",
        mode: String = "default"
    ) {
        engine.answer(
            "/containers/\(Samples.id)/json",
            with: .json(
                """
                {"Id":"\(Samples.id)","Name":"/web","Image":"sha256:1",\
                "Created":"2020-01-01T00:00:00Z","State":{"Status":"\(state)"},\
                "Config":{"Image":"nginx","Labels":{\(labels)}},\
                "HostConfig":{"NetworkMode":"\(mode)","RestartPolicy":{"Name":"\(policy)","MaximumRetryCount":0}},\
                "NetworkSettings":{"Networks":{\(networks)}}}
                """
            )
        )
    }

    /// An act that an alert leads to.
    static func act(_ executable: String, until end: Int64? = nil) throws -> PlannedAct {
        try Samples.act(1, executable: executable, until: end)
    }

    /// Prepares and does it, as the responder does.
    func perform(_ act: PlannedAct) async throws -> (ActMemory, ActOutcome) {
        guard case .ready(let memory) = try await performer.prepare(act) else {
            throw Samples.NoAct()
        }
        return (memory, try await performer.perform(act, memory) { _ in true })
    }

    func undo(_ act: PlannedAct, _ memory: ActMemory) async throws -> String {
        try await performer.undo(StandingAct(act: act, memory: memory, isConfirmed: true))
    }
}
