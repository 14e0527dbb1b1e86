using System.Buffers.Text;
using System.Text;
using WebhookBot.Benchmarks.Common;

namespace WebhookBot.Benchmarks.Intake;

/// <summary>
/// A signed delivery of 10 KB as it goes over the wire, made beforehand; each time its id and its commit are written anew and it is signed, as
/// the same body under another id is the same event to the bot.
/// </summary>
internal sealed class RawDelivery
{
    private const string IdHeader = "X-GitHub-Delivery: ";
    private const string SignatureHeader = "X-Hub-Signature-256: ";
    private const int IdLength = 36;

    private readonly int _idAt;
    private readonly int _signatureAt;
    private readonly int _bodyAt;
    private readonly int _commitAt;

    private RawDelivery(byte[] bytes)
    {
        Bytes = bytes;
        _idAt = After(IdHeader);
        _signatureAt = After(SignatureHeader);
        _bodyAt = After("\r\n\r\n");
        _commitAt = After("\"sha\":\"");
    }

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
            $"{SignatureHeader}{GitHubRequest.Sign(body)}\r\n{IdHeader}{Guid.Empty}\r\nContent-Length: {body.Length}\r\n\r\n";
        return new RawDelivery([.. Encoding.ASCII.GetBytes(head), .. body]);
    }

    /// <summary>The same in memory of its own, for who sends at the same time.</summary>
    public RawDelivery Copy() => new([.. Bytes]);

    public void SetId(Guid id)
    {
        id.TryFormat(Bytes.AsSpan(_idAt, IdLength), out _);
        id.TryFormat(Bytes.AsSpan(_commitAt), out _, "N");
        GitHubRequest.Sign(Bytes.AsSpan(_bodyAt), Bytes.AsSpan(_signatureAt));
    }

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

    private int After(string text) => Bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(text)) + text.Length;
}
