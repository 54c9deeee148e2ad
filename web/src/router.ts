import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { useSession } from '@/data/session'
import ShellScreen from '@/screens/ShellScreen.vue'

const inside: RouteRecordRaw[] = [
  { path: '', redirect: { name: 'chats' } },
  { path: 'chats', name: 'chats', component: () => import('@/screens/ChatsScreen.vue') },
  { path: 'chats/:id', name: 'thread', component: () => import('@/screens/ThreadScreen.vue') },
  { path: 'chats/:id/info', name: 'info', component: () => import('@/screens/InfoScreen.vue') },
  { path: 'archived', name: 'archived', component: () => import('@/screens/ArchivedScreen.vue') },
  { path: 'inbox', name: 'inbox', component: () => import('@/screens/InboxScreen.vue') },
  { path: 'sent', name: 'sent', component: () => import('@/screens/SentScreen.vue') },
  { path: 'compose', name: 'compose', component: () => import('@/screens/ComposeScreen.vue') },
  { path: 'people', name: 'people', component: () => import('@/screens/PeopleScreen.vue') },
  { path: 'search', name: 'search', component: () => import('@/screens/SearchScreen.vue') },
  {
    path: 'administration/:part(accounts|health|throttles|storage)?',
    name: 'administration',
    component: () => import('@/screens/AdministrationScreen.vue'),
  },
  {
    path: 'administration/accounts/:id',
    name: 'administered',
    component: () => import('@/screens/AdministeredScreen.vue'),
  },
  { path: 'settings', name: 'settings', component: () => import('@/screens/SettingsScreen.vue') },
  { path: ':rest(.*)*', name: 'nowhere', component: () => import('@/screens/NowhereScreen.vue') },
]

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/login', name: 'login', component: () => import('@/screens/LoginScreen.vue') },
    { path: '/register', name: 'register', component: () => import('@/screens/RegisterScreen.vue') },
    { path: '/', component: ShellScreen, children: inside },
  ],
})

router.beforeEach((to) => {
  const isOutside = to.name === 'login' || to.name === 'register'
  const { isIn } = useSession()
  if (!isIn && !isOutside) return { name: 'login', query: to.fullPath === '/' ? {} : { next: to.fullPath } }
  if (isIn && isOutside) return { name: 'chats' }
  return true
})
