// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// The engine's answers as JSON, read into this target's own types.
///
/// Every member may be missing, null or joined by ones unknown here: engines
/// from API 1.24 to 1.52 and Podman differ in what they tell. A member of
/// another kind than documented makes the answer bad.
/// Source: Docker Engine API v1.41 and v1.52.
enum EngineJSON {
    /// - Throws: the decoder's error when `bytes` are not what is asked for.
    static func decode<Answer: Decodable>(_ type: Answer.Type, from bytes: [UInt8]) throws -> Answer
    {
        // Names and labels may hold any bytes; the decoder wants UTF-8.
        let repaired = Data(String(decoding: bytes, as: UTF8.self).utf8)
        return try JSONDecoder().decode(type, from: repaired)
    }

    /// `message` of an error's body; nil when it has none.
    static func message(in bytes: [UInt8]) -> String? {
        // A body that is not JSON is an answer too: it is then shown as it is.
        try? decode(ErrorBody.self, from: bytes).message
    }

    struct ErrorBody: Decodable {
        let message: String?
    }

    struct Version: Decodable {
        let Version: String?
        let ApiVersion: String?
        let Os: String?
        let Arch: String?
        let KernelVersion: String?
        let Components: [Component]?

        struct Component: Decodable {
            let Name: String?
        }
    }

    struct Container: Decodable {
        let Id: String?
        let Names: [String]?
        let Image: String?
        let ImageID: String?
        let Labels: [String: String]?
        let State: String?
        let Status: String?
        let Created: Int64?
        let Ports: [Port]?

        struct Port: Decodable {
            let IP: String?
            let PrivatePort: Int?
            let PublicPort: Int?
            let `Type`: String?
        }
    }

    struct Image: Decodable {
        let Id: String?
        let RepoTags: [String]?
        let RepoDigests: [String]?
        let Labels: [String: String]?
    }

    struct Network: Decodable {
        let Id: String?
        let Name: String?
        let Driver: String?
    }

    struct Volumes: Decodable {
        let Volumes: [Volume]?

        struct Volume: Decodable {
            let Name: String?
            let Driver: String?
        }
    }

    struct Exec: Decodable {
        let ID: String?
        let ContainerID: String?
        let Running: Bool?
        let ExitCode: Int64?
        let OpenStdin: Bool?
        let Pid: Int64?
        let ProcessConfig: Process?

        struct Process: Decodable {
            let tty: Bool?
            let entrypoint: String?
            let arguments: [String]?
            let privileged: Bool?
            let user: String?
        }
    }

    struct Inspection: Decodable {
        let Id: String?
        let Name: String?
        let Created: String?
        let Image: String?
        let LogPath: String?
        let State: State?
        let Config: Config?
        let HostConfig: Host?

        struct State: Decodable {
            let Status: String?
            let StartedAt: String?
            let FinishedAt: String?
            let ExitCode: Int64?
            let Pid: Int64?
            let Health: Health?
        }

        struct Health: Decodable {
            let Log: [Run]?
        }

        struct Run: Decodable {
            let Start: String?
            let End: String?
        }

        struct Config: Decodable {
            let Image: String?
            let Labels: [String: String]?
            let Tty: Bool?
            let Shell: [String]?
            let Healthcheck: Check?
        }

        struct Check: Decodable {
            let Test: [String]?
            let Interval: Int64?
            let Timeout: Int64?
            let StartPeriod: Int64?
            let StartInterval: Int64?
        }

        struct Host: Decodable {
            let LogConfig: Log?
            let RestartPolicy: Restart?

            struct Log: Decodable {
                let `Type`: String?
                let Config: LogOptions?
            }

            /// Each driver has its own; what is no text is as if it were not there.
            struct LogOptions: Decodable {
                let maxSize: String?

                private enum CodingKeys: String, CodingKey {
                    case maxSize = "max-size"
                }

                init(from decoder: any Decoder) {
                    let options = try? decoder.container(keyedBy: CodingKeys.self)
                    maxSize = try? options?.decodeIfPresent(String.self, forKey: .maxSize)
                }
            }

            struct Restart: Decodable {
                let Name: String?
            }
        }
    }
}
