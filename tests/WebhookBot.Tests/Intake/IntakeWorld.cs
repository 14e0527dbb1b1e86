using System.Net.Http.Json;
using System.Text.Json;
using WebhookBot.Tests.Drivers;

namespace WebhookBot.Tests.Intake;

/// <summary>One bot for all attacks of a class; after each it must hold nothing and still serve.</summary>
public sealed class IntakeWorld : IAsyncLifetime
{
    public RunningBot Bot { get; private set; } = null!;

    public Uri Server => Bot.Client.BaseAddress!;

    public async ValueTask InitializeAsync() => Bot = await RunningBot.StartAsync();

    public ValueTask DisposeAsync() => Bot.DisposeAsync();

    /// <summary>How many deliveries it holds.</summary>
    public async Task<int> HeldAsync() =>
        (await Bot.Client.GetFromJsonAsync<JsonElement>("/api/deliveries?limit=1000", TestContext.Current.CancellationToken)).GetProperty("items").GetArrayLength();

    /// <summary>Holds nothing, and is ready.</summary>
    public async Task AssertUnharmedAsync()
    {
        Assert.Equal(0, await HeldAsync());
        using var ready = await Bot.Client.GetAsync("/readyz", TestContext.Current.CancellationToken);
        Assert.Equal(200, (int)ready.StatusCode);
    }
}
