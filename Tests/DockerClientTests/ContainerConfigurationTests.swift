// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import Testing

@Suite("how a container may run, as the engine tells it")
struct ContainerConfigurationTests {
    @Test("members of an inspection are read, names in one form")
    func members() throws {
        let text = #"""
            {"Id":"abc","Name":"/web","Image":"sha256:1","RestartCount":3,"AppArmorProfile":"docker-default",
             "State":{"Status":"running","StartedAt":"2026-11-23T10:00:00Z"},
             "Config":{"Image":"nginx","User":"101","Env":["A=b","C=d=e"],
                       "Healthcheck":{"Test":["CMD","true"]},"Labels":{"x":"y"}},
             "HostConfig":{"Privileged":true,"NetworkMode":"host","PidMode":"host","CapAdd":["CAP_SYS_ADMIN","net_admin"],
               "SecurityOpt":["seccomp=unconfined"],"MaskedPaths":[],"ReadonlyRootfs":true,"Memory":1024,
               "PidsLimit":50,"RestartPolicy":{"Name":"on-failure","MaximumRetryCount":5},
               "Devices":[{"PathOnHost":"/dev/sda","PathInContainer":"/dev/sda"}],
               "PortBindings":{"80/tcp":[{"HostIp":"","HostPort":"8080"}],"443/tcp":null}},
             "Mounts":[{"Type":"bind","Source":"/etc","Destination":"/x","RW":false,"Propagation":"rprivate"}],
             "NetworkSettings":{"Ports":{},"Networks":{"b":{},"a":{"x":1}}}}
            """#
        let read = try ContainerConfiguration(inspection: Array(text.utf8))
        #expect(read.name == "web")
        #expect(read.isPrivileged)
        #expect(read.addedCapabilities == ["SYS_ADMIN", "NET_ADMIN"])
        #expect(read.maskedPaths == [])
        #expect(read.restartCount == 3)
        #expect(read.hasHealthCheck)
        #expect(read.environment.map(\.name) == ["A", "C"])
        #expect(read.environment.map(\.value) == ["b", "d=e"])
        #expect(read.mounts.map(\.source) == ["/etc"])
        #expect(read.mounts.first?.isWritable == false)
        #expect(read.ports == [.init(containerPort: "80/tcp", hostAddress: "", hostPort: "8080")])
        #expect(read.ports.first?.isOnAllAddresses == true)
        #expect(read.networks == ["a", "b"])
        #expect(read.devices == ["/dev/sda"])
        #expect(read.restartLimit == 5)
    }

    @Test("ports as they are bound count before those that were asked for")
    func bound() throws {
        let text = #"""
            {"Id":"abc","HostConfig":{"PortBindings":{"80/tcp":[{"HostIp":"","HostPort":""}]}},
             "NetworkSettings":{"Ports":{"80/tcp":[{"HostIp":"127.0.0.1","HostPort":"32768"}]}}}
            """#
        let read = try ContainerConfiguration(inspection: Array(text.utf8))
        #expect(read.ports.map(\.hostAddress) == ["127.0.0.1"])
        #expect(read.ports.first?.isOnAllAddresses == false)
    }

    @Test(
        "what is missing is as for a container that asked for nothing; what is no JSON is an error"
    )
    func missing() throws {
        let read = try ContainerConfiguration(inspection: Array("{}".utf8))
        #expect(read == ContainerConfiguration())
        #expect(throws: (any Error).self) {
            try ContainerConfiguration(inspection: Array("[]".utf8))
        }
    }
}
