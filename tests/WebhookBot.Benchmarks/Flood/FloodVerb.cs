using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace WebhookBot.Benchmarks.Flood;

/// <summary>What came of a flood.</summary>
/// <param name="Rate">Requests a second that were answered.</param>
/// <param name="Refused">Answers 401.</param>
/// <param name="TooMany">Answers 429.</param>
/// <param name="Other">Answers of any other kind, and connections that broke.</param>
internal sealed record FloodResult(double Rate, long Refused, long TooMany, long Other);

/// <summary>
/// Requests without a signature as a child: reads <c>port rate seconds</c>, sends them at that rate over keep-alive connections, and opens
/// another when the server closes one.
/// </summary>
internal static class FloodVerb
{
    public const string Name = "send-flood";
    private const int Connections = 64;

    public static int Run()
    {
        while (Console.In.ReadLine()?.Split(' ') is [var port, var rate, var seconds])
        {
            var result = SendAsync(int.Parse(port, CultureInfo.InvariantCulture), int.Parse(rate, CultureInfo.InvariantCulture), double.Parse(seconds, CultureInfo.InvariantCulture));
            Console.Out.WriteLine(JsonSerializer.Serialize(result.GetAwaiter().GetResult()));
        }

        return 0;
    }

    private static async Task<FloodResult> SendAsync(int port, int rate, double seconds)
    {
        var counts = new long[3];
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => SendAsync(port, (double)rate / Connections, began, seconds, counts)));
        return new FloodResult(counts.Sum() / Stopwatch.GetElapsedTime(began).TotalSeconds, counts[0], counts[1], counts[2]);
    }

    // What is due goes out together; the answers are read before more is sent.
    private static async Task SendAsync(int port, double rate, long began, double seconds, long[] counts)
    {
        var request = Encoding.ASCII.GetBytes("POST /hooks/alertmanager HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{\"status\":\"firing\"} ");
        var buffer = new byte[64 * 1024];
        var sent = 0L;
        Socket? socket = null;
        while (Stopwatch.GetElapsedTime(began).TotalSeconds is var now && now < seconds)
        {
            var due = Math.Min((long)(now * rate) - sent, 50);
            if (due <= 0)
            {
                await Task.Delay(1);
                continue;
            }

            try
            {
                socket ??= await ConnectAsync(port);
                await socket.SendAsync(Enumerable.Repeat(request, (int)due).SelectMany(r => r).ToArray());
                sent += due;
                if (!await ReadAsync(socket, buffer, due, counts))
                {
                    socket.Dispose();
                    socket = null;
                }
            }
            catch (SocketException)
            {
                Interlocked.Increment(ref counts[2]);
                socket?.Dispose();
                socket = null;
            }
        }

        socket?.Dispose();
    }

    private static async Task<Socket> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return socket;
    }

    // False when the server closed the connection.
    private static async Task<bool> ReadAsync(Socket socket, byte[] buffer, long answers, long[] counts)
    {
        var filled = 0;
        while (answers > 0)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(filled));
            if (read == 0)
            {
                return false;
            }

            filled += read;
            var text = Encoding.ASCII.GetString(buffer, 0, filled);
            var last = text.LastIndexOf("HTTP/1.1 ", StringComparison.Ordinal);
            for (var at = text.IndexOf("HTTP/1.1 ", StringComparison.Ordinal); at >= 0 && at < last; at = text.IndexOf("HTTP/1.1 ", at + 9, StringComparison.Ordinal))
            {
                Count(text.AsSpan(at + 9, 3), counts);
                answers--;
            }

            // The last one is whole when it ends with its body.
            text = text[Math.Max(last, 0)..];
            if (text.EndsWith('}') || text.EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal))
            {
                Count(text.AsSpan(9, 3), counts);
                answers--;
                text = "";
            }

            filled = Encoding.ASCII.GetBytes(text, buffer);
        }

        return true;
    }

    private static void Count(ReadOnlySpan<char> status, long[] counts) => Interlocked.Increment(ref counts[status switch { "401" => 0, "429" => 1, _ => 2 }]);
}
