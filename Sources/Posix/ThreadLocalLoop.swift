import Glibc

/// Which loop runs on the calling thread (pthread_getspecific(3)): a few nanoseconds, as every job asks.
enum ThreadLocalLoop {
    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        let result = unsafe pthread_key_create(&key, nil)
        precondition(result == 0, "pthread_key_create failed with \(result)")
        return key
    }()

    /// Unretained: the loop outlives its own `run`, which sets this and takes it back.
    static var current: EventLoop? {
        get {
            guard let pointer = unsafe pthread_getspecific(key) else { return nil }
            return unsafe Unmanaged<EventLoop>.fromOpaque(pointer).takeUnretainedValue()
        }
        set {
            let pointer = unsafe newValue.map { unsafe UnsafeRawPointer(Unmanaged.passUnretained($0).toOpaque()) }
            unsafe pthread_setspecific(key, pointer)
        }
    }
}
