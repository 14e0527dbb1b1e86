using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;
using WebhookBot.Actions;
using WebhookBot.Clients;
using WebhookBot.Clients.Http;
using WebhookBot.Facts;
using WebhookBot.Journal;
using WebhookBot.Rules;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Actions;

/// <summary>The actions as the application registers them, in a world of fake peers and a clock that stands still.</summary>
internal sealed class ActionWorld : IAsyncDisposable
{
    private readonly Dictionary<string, Bookmark> _bookmarks = [];
    private readonly Dictionary<string, string?> _settings = new() { ["Http:AllowPrivateAddresses"] = "true" };
    private ServiceProvider? _services;

    private ActionWorld(FakeTimeProvider time, FakeGitHub github, FakeSlack slack, FakePeer target) =>
        (Time, GitHub, Slack, Target) = (time, github, slack, target);

    public FakeTimeProvider Time { get; }

    public FakeGitHub GitHub { get; }

    public FakeSlack Slack { get; }

    /// <summary>What the <c>http</c> action calls.</summary>
    public FakePeer Target { get; }

    /// <summary>Everything that was logged.</summary>
    public CollectedLog Log { get; } = new();

    /// <summary>The rules in force; none, unless a test says otherwise.</summary>
    public IRuleSetInForce RulesInForce { get; } = NoRules();

    public IReadOnlyDictionary<string, Bookmark> Bookmarks => _bookmarks;

    /// <summary>Looks up hosts; null for the system's way.</summary>
    public ResolveHost? Resolver { get; set; }

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ServiceProvider Services => _services ??= Build();

    public static async Task<ActionWorld> StartAsync()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
        var world = new ActionWorld(time, await FakeGitHub.StartAsync(time), await FakeSlack.StartAsync(), await FakePeer.StartAsync());
        foreach (var (key, value) in world.GitHub.Settings.Concat(world.Slack.Settings))
        {
            world._settings[key] = value;
        }

        return world;
    }

    /// <summary>Changes a setting; only before the first action runs.</summary>
    public ActionWorld Set(string key, string? value)
    {
        _settings[key] = value;
        return this;
    }

    public T Get<T>()
        where T : notnull => Services.GetRequiredService<T>();

    public IAction Action(string name) => Services.GetServices<IAction>().Single(a => a.Descriptor.Name == name);

    /// <summary>A try of an action, for a delivery that came in <paramref name="age"/> ago (an hour, if not said).</summary>
    public ActionRequest Request(
        object arguments, object? payload = null, long sequence = 10, TimeSpan? age = null, string key = "d1/rule/0") => new()
    {
        Key = key,
        Rule = "rule",
        Arguments = JsonSerializer.SerializeToElement(arguments),
        Payload = JsonSerializer.SerializeToElement(payload ?? PullRequest()),
        Origin = new ActionOrigin(
            "d1", sequence, "github", "github.pull_request.opened", null, Time.GetUtcNow() - (age ?? TimeSpan.FromHours(1))),
    };

    public Task<ActionOutcome> RunAsync(
        string action, object arguments, object? payload = null, long sequence = 10, TimeSpan? age = null) =>
        RunAsync(action, Request(arguments, payload, sequence, age));

    /// <summary>Carries it out and keeps its bookmark, as the journal would.</summary>
    public async Task<ActionOutcome> RunAsync(string action, ActionRequest request)
    {
        var outcome = await Action(action).ExecuteAsync(request, Cancellation);
        if (outcome is ActionOutcome.Succeeded { Keep: { } keep })
        {
            _bookmarks[keep.Key] = keep;
        }

        return outcome;
    }

    /// <summary>Loses all bookmarks, as when the process died before they were recorded.</summary>
    public void Forget() => _bookmarks.Clear();

    /// <summary>The payload of a pull request event.</summary>
    public static object PullRequest(string repository = "acme/shop", int number = 42, long? installation = 77, int changedFiles = 1) => new
    {
        number,
        pull_request = new { number, title = "Fix it", changed_files = changedFiles },
        repository = new { full_name = repository, default_branch = "main" },
        installation = installation is null ? null : new { id = installation },
    };

    public async ValueTask DisposeAsync()
    {
        if (_services is not null)
        {
            await _services.DisposeAsync();
        }

        await GitHub.DisposeAsync();
        await Slack.DisposeAsync();
        await Target.DisposeAsync();
        GitHub.Verify();
        Slack.Verify();
        Target.Verify();
    }

    private static IRuleSetInForce NoRules()
    {
        var rules = Substitute.For<IRuleSetInForce>();
        rules.Current.Returns(RuleSet.Empty);
        return rules;
    }

    private ServiceProvider Build()
    {
        var journal = Substitute.For<IJournal>();
        journal.RecallAsync(Arg.Any<string>(), Arg.Any<CancellationToken>())
            .Returns(call => Task.FromResult(_bookmarks.GetValueOrDefault(call.Arg<string>())));
        var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(_settings).Build())
            .AddSingleton<TimeProvider>(Time)
            .AddSingleton(journal)
            .AddSingleton(RulesInForce)
            .AddSingleton(Substitute.For<IAlertSources>())
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Log))
            .AddClients()
            .AddFacts()
            .AddActions();
        if (Resolver is not null)
        {
            services.AddSingleton(Resolver);
        }

        return services.BuildServiceProvider();
    }
}
