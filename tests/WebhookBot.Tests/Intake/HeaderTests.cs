using System.Text;
using WebhookBot.Tests.Drivers;

namespace WebhookBot.Tests.Intake;

/// <summary>Headers and paths that no honest sender sends. The body is signed, the headers never are.</summary>
public sealed class HeaderTests(IntakeWorld world) : IClassFixture<IntakeWorld>
{
    private static readonly byte[] Body = """{"repository":{"full_name":"acme/shop"}}"""u8.ToArray();

    public static TheoryData<string, string> Refused => new()
    {
        { "X-GitHub-Delivery", "" },
        { "X-GitHub-Delivery", new string('a', 201) },
        { "X-GitHub-Delivery", new string('a', 10_000) },
        { "X-GitHub-Delivery", "abc\0def" },
        { "X-GitHub-Delivery", "abc\rdef" },
        { "X-GitHub-Delivery", "abc\ndef" },
        { "X-GitHub-Delivery", "one\r\nX-GitHub-Delivery: two" },
        { "X-GitHub-Event", "" },
        { "X-GitHub-Event", new string('a', 151) },
        { "X-GitHub-Event", new string('a', 10_000) },
        { "X-GitHub-Event", "push\0" },
        { "X-GitHub-Event", "push\rx" },
        { "X-GitHub-Event", "push me" },
        { "X-GitHub-Event", "push\u001b[31m" },
        { "X-GitHub-Event", "<script>" },
        { "X-GitHub-Event", "push*" },
        { "X-GitHub-Event", "{{secret}}" },
        { "X-GitHub-Event", "push\r\nX-GitHub-Event: pull_request" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Refuses_a_hostile_id_or_event_name(string header, string value)
    {
        var headers = RawHttp.GitHubHeaders(Body).Select(h => h.StartsWith(header + ":", StringComparison.Ordinal) ? $"{header}: {value}" : h);

        var answer = await RawHttp.SendAsync(world.Server, RawHttp.Post("/hooks/github", Body, [.. headers]));

        Assert.Equal(400, answer.Status);
        await world.AssertUnharmedAsync();
    }

    [Theory]
    [InlineData("{}", 202)]
    [InlineData("{", 400)]
    public async Task Answers_in_one_piece_and_says_how_long_it_is(string body, int status)
    {
        await using var bot = await RunningBot.StartAsync();
        var bytes = Encoding.UTF8.GetBytes(body);

        var answer = await RawHttp.SendAsync(bot.Client.BaseAddress!, RawHttp.Post("/hooks/github", bytes, RawHttp.GitHubHeaders(bytes)));

        Assert.Equal(status, answer.Status);
        Assert.Contains($"Content-Length: {answer.Text.Length - answer.Text.IndexOf("\r\n\r\n", StringComparison.Ordinal) - 4}\r\n", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Transfer-Encoding", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Takes_an_event_named_like_a_path_for_a_name()
    {
        await using var bot = await RunningBot.StartAsync();

        var delivery = await bot.FinishedAsync(await bot.SendGitHubAsync("../../etc/passwd", "{}"));

        Assert.Equal("github.../../etc/passwd", delivery.GetProperty("event").GetString());
        Assert.Equal(["data", "rules"], Directory.EnumerateDirectories(bot.Folder.Path).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData("X-GitHub-Delivery")]
    [InlineData("X-GitHub-Event")]
    public async Task Refuses_a_delivery_without_the_header_and_names_it(string header)
    {
        var headers = RawHttp.GitHubHeaders(Body).Where(h => !h.StartsWith(header + ":", StringComparison.Ordinal));

        var answer = await RawHttp.SendAsync(world.Server, RawHttp.Post("/hooks/github", Body, [.. headers]));

        Assert.Equal(400, answer.Status);
        Assert.Contains($"the header {header}", answer.Text, StringComparison.Ordinal);
        await world.AssertUnharmedAsync();
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("..")]
    [InlineData("a/b?c=d#e")]
    [InlineData("%2e%2e%2f")]
    [InlineData("CON")]
    [InlineData("{\"id\":1}")]
    [InlineData("<img src=x onerror=alert(1)>")]
    public async Task Gives_a_delivery_with_a_strange_id_one_of_its_own(string senderId)
    {
        await using var bot = await RunningBot.StartAsync();

        var id = await bot.SendGitHubAsync("push", "{}", senderId);
        var again = await RawHttp.SendAsync(bot.Client.BaseAddress!, RawHttp.Post("/hooks/github", "{}"u8, RawHttp.GitHubHeaders("{}"u8, senderId)));

        Assert.Matches("^[0-9A-Z]{26}$", id);
        Assert.Equal("ignored", (await bot.FinishedAsync(id)).GetProperty("status").GetString());
        Assert.Equal(200, again.Status);
        Assert.Contains(id, again.Text, StringComparison.Ordinal);
        Assert.Equal(["data", "rules"], Directory.EnumerateDirectories(bot.Folder.Path).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData("POST", "/hooks/nobody", 404)]
    [InlineData("POST", "/hooks/GITHUB", 404)]
    [InlineData("POST", "/hooks/github%00", 400)]
    [InlineData("POST", "/hooks/github%0d%0a", 404)]
    [InlineData("POST", "/hooks/", 404)]
    [InlineData("POST", "/hooks//github", 404)]
    [InlineData("POST", "/hooks/github/more", 404)]
    [InlineData("POST", "/hooks/../api/deliveries", 405)]
    [InlineData("POST", "/hooks/%2e%2e/api/deliveries", 405)]
    [InlineData("POST", "/hooks/..%2fapi/deliveries", 404)]
    [InlineData("POST", "/hooks/github/..%2f..%2f..%2fetc%2fpasswd", 404)]
    [InlineData("GET", "/hooks/github", 405)]
    [InlineData("PUT", "/hooks/github", 405)]
    [InlineData("DELETE", "/hooks/github", 405)]
    public async Task Refuses_other_paths_and_methods(string method, string path, int status)
    {
        var request = RawHttp.Post(path, Body, RawHttp.GitHubHeaders(Body));
        byte[] changed = [.. System.Text.Encoding.ASCII.GetBytes(method), .. request[4..]];

        var answer = await RawHttp.SendAsync(world.Server, changed);

        Assert.Equal(status, answer.Status);
        await world.AssertUnharmedAsync();
    }

    [Fact]
    public async Task Tells_who_asks_for_an_unknown_source_how_to_add_it()
    {
        var answer = await RawHttp.SendAsync(world.Server, RawHttp.Post("/hooks/nobody", Body, RawHttp.GitHubHeaders(Body)));

        Assert.Contains("application/problem+json", answer.Text, StringComparison.Ordinal);
        Assert.Contains("source named 'nobody'", answer.Text.Replace("\\u0027", "'", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}
