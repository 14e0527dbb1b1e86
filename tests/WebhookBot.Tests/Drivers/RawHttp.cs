using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace WebhookBot.Tests.Drivers;

/// <summary>An answer, byte for byte but for its date.</summary>
internal sealed record RawAnswer(string Text)
{
    public int Status => Text.Length > 12 ? int.Parse(Text.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture) : 0;

    public string WithoutDate => string.Join("\r\n", Text.Split("\r\n").Where(line => !line.StartsWith("Date:", StringComparison.OrdinalIgnoreCase)));
}

/// <summary>HTTP by hand, for requests that no client would send.</summary>
internal static class RawHttp
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>A POST of a body to a path, with headers as they are written and the connection closed after it.</summary>
    public static byte[] Post(string path, ReadOnlySpan<byte> body, params string[] headers) =>
        [.. Begin(path, body.Length, headers), .. body];

    /// <summary>The beginning of a POST of so many bytes.</summary>
    public static byte[] Begin(string path, int length, params string[] headers) =>
        Encoding.Latin1.GetBytes($"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n{Lines(headers)}\r\n");

    /// <summary>The beginning of a chunked POST.</summary>
    public static byte[] BeginChunked(string path, params string[] headers) =>
        Encoding.Latin1.GetBytes($"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n{Lines(headers)}\r\n");

    /// <summary>GitHub's headers for a body.</summary>
    public static string[] GitHubHeaders(ReadOnlySpan<byte> body, string? id = null, string eventName = "push") =>
        ["Content-Type: application/json", $"X-GitHub-Event: {eventName}", $"X-GitHub-Delivery: {id ?? Guid.NewGuid().ToString()}", $"X-Hub-Signature-256: {Sign(body)}"];

    /// <summary>GitHub's signature with the secret that <see cref="RunningBot"/> has.</summary>
    public static string Sign(ReadOnlySpan<byte> body, string secret = RunningBot.GitHubSecret) =>
        "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body));

    /// <summary>Sends the bytes and reads until the connection ends.</summary>
    /// <param name="server">The server.</param>
    /// <param name="request">The whole request, or its beginning.</param>
    /// <param name="more">Writes what follows; it may be cut off by an early answer.</param>
    public static async Task<RawAnswer> SendAsync(Uri server, byte[] request, Func<Stream, Task>? more = null)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(server.Host, server.Port);
        await using var stream = tcp.GetStream();
        var reading = ReadToEndAsync(stream);
        try
        {
            await stream.WriteAsync(request);
            await (more?.Invoke(stream) ?? Task.CompletedTask);
        }
        catch (IOException)
        {
            // The server has answered and closed before it was told everything.
        }

        return await reading.WaitAsync(Patience);
    }

    /// <summary>Writes a chunked body of so many bytes of the letter, in chunks of 64 KB.</summary>
    public static async Task WriteChunksAsync(Stream stream, long bytes, byte letter = (byte)' ')
    {
        byte[] chunk = [.. "10000\r\n"u8, .. Enumerable.Repeat(letter, 0x10000), .. "\r\n"u8];
        for (var sent = 0L; sent < bytes; sent += 0x10000)
        {
            await stream.WriteAsync(chunk);
        }

        await stream.WriteAsync("0\r\n\r\n"u8.ToArray());
    }

    private static string Lines(string[] headers) => string.Concat(headers.Select(h => h + "\r\n"));

    private static async Task<RawAnswer> ReadToEndAsync(NetworkStream stream)
    {
        using var answer = new MemoryStream();
        try
        {
            await stream.CopyToAsync(answer);
        }
        catch (IOException)
        {
            // Closed hard, as is right when the request was not read to its end.
        }

        return new RawAnswer(Encoding.UTF8.GetString(answer.ToArray()));
    }
}
