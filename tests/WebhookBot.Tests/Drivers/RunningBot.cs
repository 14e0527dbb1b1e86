using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Quartz;
using WebhookBot.Cli;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Drivers;

/// <summary>The whole bot on a loopback port, with rule files of the test's own. What a test does to it, it does over HTTP.</summary>
public sealed class RunningBot : IAsyncDisposable
{
    public const string GitHubSecret = "It's a Secret to Everybody";
    public const string AlertmanagerToken = "alert-token";

    /// <summary>The sources that every test has.</summary>
    public const string Sources = """
        sources:
          github: { preset: github, secret: GITHUB_WEBHOOK_SECRET }
          alertmanager: { preset: alertmanager, secret: ALERTMANAGER_TOKEN }
        """;

    // An answer has the payload inside, which may be as deep as readers allow by default.
    private static readonly JsonSerializerOptions Deep = new() { MaxDepth = 128 };

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly WebApplication _app;
    private readonly ErrorLog _errors;
    private readonly TemporaryFolder? _ownFolder;

    private RunningBot(WebApplication app, ErrorLog errors, TemporaryFolder folder, bool ownsFolder)
    {
        (_app, _errors) = (app, errors);
        _ownFolder = ownsFolder ? folder : null;
        Folder = folder;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()), Timeout = TimeSpan.FromMinutes(1) };
    }

    /// <summary>Holds <c>rules/</c> and <c>data/</c>.</summary>
    public TemporaryFolder Folder { get; }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>Starts it with that rule file beside the sources.</summary>
    /// <param name="rules">The <c>rules:</c> of the test; may be empty.</param>
    /// <param name="settings">Settings beside the secrets.</param>
    /// <param name="folder">A folder to go on with, as after a restart; null for a new one.</param>
    /// <param name="replace">Replaces services.</param>
    public static async Task<RunningBot> StartAsync(
        string rules = "", IEnumerable<KeyValuePair<string, string?>>? settings = null, TemporaryFolder? folder = null, Action<IServiceCollection>? replace = null)
    {
        var own = folder ?? new TemporaryFolder();
        if (!File.Exists(Path.Combine(own.Path, "rules", "sources.yml")))
        {
            own.Write("rules/sources.yml", Sources);
        }

        if (rules.Length > 0)
        {
            own.Write("rules/rules.yml", rules);
        }

        var all = new Dictionary<string, string?>
        {
            ["urls"] = "http://127.0.0.1:0",
            ["Rules:Path"] = Path.Combine(own.Path, "rules"),
            ["Journal:Path"] = Path.Combine(own.Path, "data", "journal.db"),
            ["GITHUB_WEBHOOK_SECRET"] = GitHubSecret,
            ["ALERTMANAGER_TOKEN"] = AlertmanagerToken,
            ["Recovery:Every"] = "00:00:00",
        };
        foreach (var (key, value) in settings ?? [])
        {
            all[key] = value;
        }

        var errors = new ErrorLog();
        var app = BotHost.Build(all, builder =>
        {
            builder.Logging.ClearProviders().AddProvider(errors);
            replace?.Invoke(builder.Services);
        });
        try
        {
            RunCommand.Prepare(app);
            await app.StartAsync(TestContext.Current.CancellationToken);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return new RunningBot(app, errors, own, folder is null);
    }

    /// <summary>Posts a delivery as GitHub does.</summary>
    public Task<HttpResponseMessage> PostGitHubAsync(string eventName, string body, string? id = null, string secret = GitHubSecret) =>
        Client.SendAsync(GitHubRequest(eventName, Encoding.UTF8.GetBytes(body), id ?? Guid.NewGuid().ToString(), secret), TestContext.Current.CancellationToken);

    /// <summary>Posts a delivery as GitHub does; it must be taken. Its id.</summary>
    public async Task<string> SendGitHubAsync(string eventName, string body, string? id = null)
    {
        using var answer = await PostGitHubAsync(eventName, body, id);
        Assert.Equal(System.Net.HttpStatusCode.Accepted, answer.StatusCode);
        var said = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        return said.GetProperty("id").GetString()!;
    }

    /// <summary>A request with GitHub's headers.</summary>
    public static HttpRequestMessage GitHubRequest(string eventName, byte[] body, string id, string secret = GitHubSecret)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/hooks/github") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("X-GitHub-Event", eventName);
        request.Headers.Add("X-GitHub-Delivery", id);
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body);
        request.Headers.Add("X-Hub-Signature-256", $"sha256={Convert.ToHexStringLower(signature)}");
        return request;
    }

    /// <summary>The delivery as the API gives it.</summary>
    public async Task<JsonElement> GetDeliveryAsync(string id)
    {
        using var answer = await Client.GetAsync($"/api/deliveries/{id}", TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode} for the delivery {id}; the bot logged: {_errors}");
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Deep, TestContext.Current.CancellationToken);
    }

    /// <summary>The delivery once it has that status, or once nothing more is to be done when none is named.</summary>
    public async Task<JsonElement> FinishedAsync(string id, string? status = null)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var delivery = await GetDeliveryAsync(id);
            var now = delivery.GetProperty("status").GetString();
            if (status is null ? now is "done" or "ignored" or "dead" : now == status)
            {
                return delivery;
            }

            Assert.True(Stopwatch.GetElapsedTime(started) < Patience, $"after {Patience.TotalSeconds} s the delivery is still: {delivery}");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Stops it and leaves its folder, for another start.</summary>
    public async Task StopAsync() => await _app.StopAsync(TestContext.Current.CancellationToken);

    // A bot that is not stopped has a scheduler that goes on waking sweeps of which nothing is left, for as long as the tests run.
    private async Task EndSweepsAsync()
    {
        foreach (var factory in Services.GetKeyedServices<ISchedulerFactory>(KeyedService.AnyKey))
        {
            foreach (var scheduler in await factory.GetAllSchedulers())
            {
                await scheduler.Shutdown(waitForJobsToComplete: false);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await EndSweepsAsync();
        await _app.DisposeAsync();
        _ownFolder?.Dispose();
    }
}
