using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using WebhookBot.Intake;
using WebhookBot.Tests.Drivers;

namespace WebhookBot.Tests.Intake;

/// <summary>All connections are taken: who is silent makes room, who has asked for something keeps his place.</summary>
public sealed class OpenConnectionsTests
{
    private const int Most = 4;

    private static readonly byte[] s_health = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray();

    private readonly FakeTimeProvider _clock = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Cuts_the_one_that_has_been_silent_longest_for_one_that_comes()
    {
        await using var bot = await StartAsync();
        var silent = new List<Socket>();
        for (var i = 0; i < Most; i++)
        {
            silent.Add(await OpenAsync(bot));
            await silent[^1].SendAsync("GET /healthz HTTP/1.1\r\n"u8.ToArray());
            await SeenAsync(bot, i + 1);
            _clock.Advance(TimeSpan.FromMilliseconds(500));
        }

        using var asking = await OpenAsync(bot);

        Assert.Equal("HTTP/1.1 200 OK", await AskAsync(asking));
        Assert.True(await IsEndedAsync(silent[0]));
        Assert.Equal("HTTP/1.1 200 OK", await AskAsync(silent[1], "Host: localhost\r\n\r\n"u8.ToArray()));
        silent.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task Keeps_one_that_asks_from_time_to_time_before_one_that_never_did()
    {
        await using var bot = await StartAsync();
        var open = new List<Socket>();
        for (var i = 0; i < Most; i++)
        {
            open.Add(await OpenAsync(bot));
            Assert.Equal("HTTP/1.1 200 OK", await AskAsync(open[^1]));
        }

        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("HTTP/1.1 200 OK", await AskAsync(open[0]));
        using var asking = await OpenAsync(bot);

        Assert.Equal("HTTP/1.1 200 OK", await AskAsync(asking));
        Assert.True(await IsEndedAsync(open[1]));
        Assert.Equal("HTTP/1.1 200 OK", await AskAsync(open[0]));
        open.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task Turns_one_that_comes_away_while_all_are_busy_and_each_of_those_has_its_answer()
    {
        await using var bot = await StartAsync();
        var body = Encoding.UTF8.GetBytes("""{"zen":"x"}""");
        var busy = new List<Socket>();
        for (var i = 0; i < Most; i++)
        {
            busy.Add(await OpenAsync(bot));
            await busy[^1].SendAsync(RawHttp.Begin("/hooks/github", body.Length, RawHttp.GitHubHeaders(body)));
            await BegunAsync(bot, i + 1);
        }

        _clock.Advance(TimeSpan.FromSeconds(5));
        using var asking = await OpenAsync(bot);

        Assert.True(await IsEndedAsync(asking));
        foreach (var socket in busy)
        {
            Assert.Equal("HTTP/1.1 202 Accepted", await AskAsync(socket, body));
            socket.Dispose();
        }

        // Whose connection ends leaves its place.
        await Poll.UntilAsync(async () =>
        {
            using var next = await OpenAsync(bot);
            return await AskAsync(next);
        }, answer => answer == "HTTP/1.1 200 OK");
    }

    [Fact]
    public async Task Turns_one_that_comes_away_when_all_others_have_just_been_answered()
    {
        await using var bot = await StartAsync();
        var open = new List<Socket>();
        for (var i = 0; i < Most; i++)
        {
            open.Add(await OpenAsync(bot));
            Assert.Equal("HTTP/1.1 200 OK", await AskAsync(open[^1]));
        }

        using var asking = await OpenAsync(bot);

        Assert.True(await IsEndedAsync(asking));
        foreach (var socket in open)
        {
            Assert.Equal("HTTP/1.1 200 OK", await AskAsync(socket));
            socket.Dispose();
        }
    }

    [Fact]
    public async Task Answers_health_and_senders_while_more_are_silent_than_there_are_places()
    {
        await using var bot = await StartAsync();
        var silent = new List<Socket>();
        for (var i = 0; i < Most * 10; i++)
        {
            silent.Add(await OpenAsync(bot));
            if (i < Most)
            {
                await SeenAsync(bot, i + 1);
            }
            else
            {
                Assert.True(await IsEndedAsync(silent[i - Most]));
            }

            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        await bot.SendGitHubAsync("push", """{"ref":"refs/heads/main"}""");
        using var asking = await OpenAsync(bot);
        Assert.Equal("HTTP/1.1 200 OK", await AskAsync(asking));
        silent.ForEach(socket => socket.Dispose());
    }

    private Task<RunningBot> StartAsync() => RunningBot.StartAsync(
        replace: services => services.AddSingleton(new OpenConnections(Most, _clock, NullLogger<OpenConnections>.Instance)));

    private static Task SeenAsync(RunningBot bot, int count) => Poll.UntilAsync(() => bot.Services.GetRequiredService<OpenConnections>().Count == count);

    private static Task BegunAsync(RunningBot bot, int count) => Poll.UntilAsync(() => bot.Services.GetRequiredService<OpenConnections>().Busy == count);

    private static async Task<Socket> OpenAsync(RunningBot bot)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, bot.Client.BaseAddress!.Port, Stop);
        return socket;
    }

    // The answer's first line; empty when the connection ended before it.
    private static async Task<string> AskAsync(Socket socket, byte[]? request = null)
    {
        try
        {
            await socket.SendAsync(request ?? s_health, Stop);
            var (answer, buffer) = ("", new byte[4096]);
            while (!answer.EndsWith("0\r\n\r\n", StringComparison.Ordinal) && !answer.EndsWith('}') && await socket.ReceiveAsync(buffer, Stop) is > 0 and var read)
            {
                answer += Encoding.ASCII.GetString(buffer, 0, read);
            }

            return answer.Split("\r\n")[0];
        }
        catch (SocketException)
        {
            return "";
        }
    }

    private static async Task<bool> IsEndedAsync(Socket socket)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[1], Stop).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Stop) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
