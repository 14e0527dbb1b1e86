using Microsoft.Extensions.Options;

namespace WebhookBot.Actions;

/// <summary>
/// The end of the process as work sees it. From the first sign of it on nothing new is begun, while the HTTP server and the other parts
/// are still stopping one after the other; what is under way then is given up after <see cref="ActionsOptions.DrainTimeout"/>.
/// </summary>
public sealed class Drain : IDisposable
{
    private readonly IHostApplicationLifetime _lifetime;
    private readonly CancellationTokenSource _abandon;
    private readonly CancellationTokenRegistration _registration;

    public Drain(IHostApplicationLifetime lifetime, TimeProvider clock, IOptions<ActionsOptions> options)
    {
        _lifetime = lifetime;
        _abandon = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        _registration = lifetime.ApplicationStopping.Register(() => _abandon.CancelAfter(options.Value.DrainTimeout));
    }

    /// <summary>Cancelled when nothing new is to be begun.</summary>
    public CancellationToken Stopping => _lifetime.ApplicationStopping;

    /// <summary>Cancelled when what is under way is to be given up; it goes on at the next start.</summary>
    public CancellationToken Abandoned => _abandon.Token;

    public void Dispose()
    {
        _registration.Dispose();
        _abandon.Dispose();
    }
}
