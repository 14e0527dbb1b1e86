using System.Buffers.Text;
using System.Text;
using WebhookBot.Benchmarks.Common;

namespace WebhookBot.Benchmarks.Intake;

/// <summary>A signed delivery of 10 KB as it goes over the wire, made beforehand; only its id is written anew each time.</summary>
internal sealed class RawDelivery
{
    private const string IdHeader = "X-GitHub-Delivery: ";
    private const int IdLength = 36;

    private readonly int _idAt;

    private RawDelivery(byte[] bytes, int idAt) => (Bytes, _idAt) = (bytes, idAt);

    /// <summary>The whole request.</summary>
    public byte[] Bytes { get; }

    /// <summary>A delivery about that pull request.</summary>
    public static RawDelivery Create(int number)
    {
        var body = PullRequestBody.Create(PullRequestBody.TenKilobytes, number);
        var head =
            $"POST {GitHubRequest.Path} HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nUser-Agent: GitHub-Hookshot/0000000\r\n" +
            "Content-Type: application/json\r\nX-GitHub-Event: pull_request\r\nX-GitHub-Hook-ID: 292430182\r\n" +
            "X-GitHub-Hook-Installation-Target-ID: 79929171\r\nX-GitHub-Hook-Installation-Target-Type: repository\r\n" +
            $"X-Hub-Signature-256: {GitHubRequest.Sign(body)}\r\n{IdHeader}{Guid.Empty}\r\nContent-Length: {body.Length}\r\n\r\n";
        return new RawDelivery([.. Encoding.ASCII.GetBytes(head), .. body], head.IndexOf(IdHeader, StringComparison.Ordinal) + IdHeader.Length);
    }

    /// <summary>The same in memory of its own, for who sends at the same time.</summary>
    public RawDelivery Copy() => new([.. Bytes], _idAt);

    public void SetId(Guid id) => id.TryFormat(Bytes.AsSpan(_idAt, IdLength), out _);

    /// <summary>The status that an answer has, once all of it is there; else null.</summary>
    public static int? StatusOf(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf("\r\n\r\n"u8);
        return end >= 0 && IsWhole(answer, end) ? ((answer[9] - '0') * 100) + ((answer[10] - '0') * 10) + (answer[11] - '0') : null;
    }

    private static bool IsWhole(ReadOnlySpan<byte> answer, int end)
    {
        var length = answer[..end].IndexOf("\nContent-Length: "u8);
        return length < 0
            ? answer.EndsWith("\r\n0\r\n\r\n"u8)
            : Utf8Parser.TryParse(answer[(length + 17)..], out int bytes, out _) && answer.Length >= end + 4 + bytes;
    }
}
